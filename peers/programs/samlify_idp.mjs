// `node samlify_idp.mjs JOB VARIANT...`: an identity provider over samlify; one base64 file for each variant.
// JOB is a JSON file: the folder to write to, the entity ID, the service providers, the request that is answered.
// samlify leaves the words of a response to templates and their values, so each variant is a change of those.
import fs from 'node:fs'
import { createRequire } from 'node:module'

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const samlify = createRequire(`${process.env.NODE_PACKAGES}/`)('samlify')
samlify.setSchemaValidator({ validate: async () => 'ok' })

const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const REDIRECT = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect'
const EMAIL = 'urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress'
const TRANSIENT = 'urn:oasis:names:tc:SAML:2.0:nameid-format:transient'
const STATUS = 'urn:oasis:names:tc:SAML:2.0:status:'
const DAY = 86400_000
const [[spEntityId, acsUrl], [otherSp, otherAcs]] = job.service_providers

const NAME_ID = '<saml:NameID Format="{NameIDFormat}">{NameID}</saml:NameID>'
const ATTRIBUTES = '<saml:AttributeStatement><saml:Attribute Name="email"><saml:AttributeValue>alice@acme.test' +
  '</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>'
const SUBJECT = '<saml:Subject>' + NAME_ID +
  '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData' +
  ' InResponseTo="{InResponseTo}" NotOnOrAfter="{Later}" Recipient="{Recipient}"/></saml:SubjectConfirmation>' +
  '</saml:Subject>'
const AUDIENCE = '<saml:AudienceRestriction><saml:Audience>{Audience}</saml:Audience></saml:AudienceRestriction>'
const ASSERTION = '<saml:Assertion ID="{AssertionID}" Version="2.0" IssueInstant="{IssueInstant}">' +
  '<saml:Issuer>{Issuer}</saml:Issuer>' + SUBJECT +
  '<saml:Conditions NotBefore="{IssueInstant}" NotOnOrAfter="{Later}">' + AUDIENCE + '</saml:Conditions>' +
  '<saml:AuthnStatement AuthnInstant="{IssueInstant}" SessionIndex="one"><saml:AuthnContext>' +
  '<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:Password</saml:AuthnContextClassRef>' +
  '</saml:AuthnContext></saml:AuthnStatement>' + ATTRIBUTES + '</saml:Assertion>'
const RESPONSE = '<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol"' +
  ' xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="{ID}" Version="2.0" IssueInstant="{IssueInstant}"' +
  ' Destination="{Recipient}" InResponseTo="{InResponseTo}"><saml:Issuer>{Issuer}</saml:Issuer><samlp:Status>' +
  '<samlp:StatusCode Value="{Status}"/></samlp:Status>' + ASSERTION + '</samlp:Response>'

// how each variant differs: its template, the values in it, who sends it with what, who wants what signed
const CHANGES = {
  good: {},
  'assertion-only': { sp: { wantMessageSigned: false } },
  'response-only': { sp: { wantAssertionsSigned: false } },
  encrypted: { idp: { isAssertionEncrypted: true } },
  'wrong-audience': { values: { Audience: otherSp } },
  'wrong-recipient': { values: { Recipient: otherAcs } },
  'wrong-key': { key: 'other' },
  'wrong-issuer': { values: { Issuer: `${job.entity_id}/other` } },
  expired: { clock: -2 * DAY },
  'not-yet-valid': { clock: 2 * DAY },
  sha1: { idp: { requestSignatureAlgorithm: 'http://www.w3.org/2000/09/xmldsig#rsa-sha1' } },
  transient: { values: { NameIDFormat: TRANSIENT, NameID: '_7f3c2a' } },
  'no-attributes': { without: ATTRIBUTES },
  'no-name-id': { without: NAME_ID },
  'no-subject': { without: SUBJECT },
  'no-audience': { without: AUDIENCE },
  'no-recipient': { without: ' Recipient="{Recipient}"' },
  'no-passive': {
    without: ASSERTION, sp: { wantAssertionsSigned: false },
    nested: `<samlp:StatusCode Value="${STATUS}Responder"><samlp:StatusCode Value="${STATUS}NoPassive"/></samlp:StatusCode>`,
  },
}

const read = name => fs.readFileSync(`${job.folder}/${name}`, 'utf8')
const bare = name => read(name).replace(/-----.*-----|\s/g, '')

function identityProvider (change, context) {
  const key = change.key ?? 'idp'
  return samlify.IdentityProvider({
    entityID: job.entity_id,
    privateKey: read(`${key}.key`),
    signingCert: bare(`${key}.crt`),
    requestSignatureAlgorithm: 'http://www.w3.org/2001/04/xmldsig-more#rsa-sha256',
    singleSignOnService: [{ Binding: REDIRECT, Location: `${job.entity_id}/sso` }],
    nameIDFormat: [EMAIL],
    loginResponseTemplate: { context, attributes: [] },
    ...change.idp,
  })
}

function serviceProvider (change) {
  return samlify.ServiceProvider({
    entityID: spEntityId,
    assertionConsumerService: [{ Binding: POST, Location: acsUrl }],
    wantAssertionsSigned: true,
    wantMessageSigned: true,
    encryptCert: bare('sp.crt'),
    ...change.sp,
  })
}

function values (change) {
  const now = Date.now() + (change.clock ?? 0)
  return {
    ID: `_${crypto.randomUUID()}`, AssertionID: `_${crypto.randomUUID()}`, InResponseTo: job.request_id,
    Issuer: job.entity_id, Recipient: acsUrl, Audience: spEntityId, Status: `${STATUS}Success`,
    IssueInstant: new Date(now).toISOString(), Later: new Date(now + 300_000).toISOString(),
    NameIDFormat: EMAIL, NameID: 'alice@acme.test', ...change.values,
  }
}

function template (change) {
  const whole = change.nested ? RESPONSE.replace('<samlp:StatusCode Value="{Status}"/>', change.nested) : RESPONSE
  return whole.replace(change.without ?? '', '')
}

async function response (change) {
  const context = template(change)
  const fill = text => ({ id: '_', context: samlify.SamlLib.replaceTagsByValue(text, values(change)) })
  const encryptThenSign = true // the other order breaks the signature of the response
  const made = await identityProvider(change, context)
    .createLoginResponse(serviceProvider(change), {}, 'post', {}, fill, encryptThenSign)
  return made.context
}

fs.writeFileSync(`${job.folder}/metadata.xml`, identityProvider({}, RESPONSE).getMetadata())
for (const variant of process.argv.slice(3)) {
  fs.writeFileSync(`${job.folder}/${variant}.b64`, await response(CHANGES[variant]))
}

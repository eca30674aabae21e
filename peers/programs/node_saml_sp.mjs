// `node node_saml_sp.mjs JOB`: node-saml judges messages; one line of JSON for each.
// It wants one signature, on the response or on the assertion, and is told certificates and entity IDs.
import fs from 'node:fs'
import { createRequire } from 'node:module'

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const { SAML } = createRequire(`${process.env.NODE_PACKAGES}/`)('@node-saml/node-saml')

const [[entityId, acsUrl]] = job.service_providers
const saml = new SAML({
  callbackUrl: acsUrl,
  entryPoint: 'https://idp.example.org/sso',
  issuer: entityId,
  audience: entityId,
  decryptionPvk: fs.readFileSync(`${job.folder}/sp.key`, 'utf8'),
  idpCert: job.certificates,
  idpIssuer: job.entity_id,
  wantAuthnResponseSigned: false,
  wantAssertionsSigned: false,
  validateInResponseTo: 'never',
})

async function verdict (message) {
  try {
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse: message })
    return [profile !== null, profile === null ? 'no profile' : ''] // NoPassive is no error to it, and no sign-in
  } catch (error) {
    return [false, String(error.message)]
  }
}

for (const [variant, message] of job.messages) {
  console.log(JSON.stringify([variant, ...await verdict(message)]))
}

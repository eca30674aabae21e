// `node samlify_sp.mjs JOB`: samlify's service provider judges messages; one line of JSON for each.
// It wants what its settings say by default; metadata of the identity provider tells the rest.
import fs from 'node:fs'
import { createRequire } from 'node:module'

const job = JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))
const samlify = createRequire(`${process.env.NODE_PACKAGES}/`)('samlify')
samlify.setSchemaValidator({ validate: async () => 'ok' })

const POST = 'urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST'
const [[entityID, acsUrl]] = job.service_providers
const identityProvider = encrypts => samlify.IdentityProvider({
  metadata: fs.readFileSync(`${job.folder}/metadata.xml`),
  isAssertionEncrypted: encrypts, // it does not look whether an assertion is encrypted, it wants to be told
  messageSigningOrder: 'encrypt-then-sign',
})
const sp = samlify.ServiceProvider({
  entityID,
  assertionConsumerService: [{ Binding: POST, Location: acsUrl }],
  wantAssertionsSigned: true,
  encPrivateKey: fs.readFileSync(`${job.folder}/sp.key`, 'utf8'),
})

async function verdict (message) {
  const encrypted = Buffer.from(message, 'base64').includes('EncryptedAssertion')
  try {
    await sp.parseLoginResponse(identityProvider(encrypted), 'post', { body: { SAMLResponse: message } })
    return [true, '']
  } catch (error) {
    return [false, String(error?.message ?? error)]
  }
}

for (const [variant, message] of job.messages) {
  console.log(JSON.stringify([variant, ...await verdict(message)]))
}

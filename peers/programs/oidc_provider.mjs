// `node oidc_provider.mjs PORT REDIRECT_URI`: panva's oidc-provider on 127.0.0.1, with clients made for tests.
import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'

const [port, callback] = process.argv.slice(2)
const found = createRequire(`${process.env.NODE_PACKAGES}/`).resolve('oidc-provider')
const { default: Provider } = await import(pathToFileURL(found))
const secret = 'made-for-a-test'
const code = { redirect_uris: [callback], grant_types: ['authorization_code'], response_types: ['code'] }
const provider = new Provider(`http://127.0.0.1:${port}`, {
  clients: [
    { client_id: 'web', client_secret: secret, ...code },
    { client_id: 'narrow', client_secret: secret, ...code, scope: 'openid' },
    { client_id: 'native', token_endpoint_auth_method: 'none', ...code },
  ],
  scopes: ['openid', 'offline_access', 'api'],
  clientAuthMethods: ['client_secret_basic', 'client_secret_post', 'none'],
  features: { devInteractions: { enabled: true } },
  pkce: { required: (_, client) => client.clientId === 'native' },
  cookies: { keys: ['made for a test'] },
  claims: { openid: ['sub'], email: ['email', 'email_verified'] },
  findAccount: async (_, id) => ({ accountId: id, claims: async () => ({ sub: id, email: `${id}@acme.test` }) }),
})
provider.listen(Number(port), '127.0.0.1')

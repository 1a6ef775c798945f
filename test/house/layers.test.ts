import { describe, expect, it } from 'vitest'
import { lintPlanted, type Plant } from './planted.ts'

const rule = 'lint/style/noRestrictedImports'

const refused: Plant[] = [
  ['a kernel file that imports a chapter', 'src/kernel/a1.ts', from('../core/accounts/index.ts')],
  ['a kernel file that imports a package', 'src/kernel/a2.ts', from('zod')],
  ['a kernel file that reads files', 'src/kernel/a3.ts', from('node:fs')],

  ['a chapter that imports a store', 'src/core/tokens/b1.ts', from('../../stores/sql/tokens.ts')],
  ['a chapter that imports HTTP', 'src/core/tokens/b2.ts', from('../../http/app.ts')],
  ['a chapter that imports a package', 'src/core/tokens/b3.ts', from('jose')],
  ['a chapter that counts by itself', 'src/core/tokens/b9.ts', from('../../metrics/meters.ts')],
  ['a chapter that reads files', 'src/core/tokens/b4.ts', from('node:fs')],
  ['a chapter that joins another one', 'src/core/tokens/b5.ts', from('../passwords/index.ts')],
  ['a chapter that joins a flow', 'src/core/tokens/b6.ts', from('../flows/login/index.ts')],
  [
    'a chapter that enters accounts by a file',
    'src/core/tokens/b7.ts',
    from('../accounts/store.ts'),
  ],
  [
    'a nested file that joins a chapter',
    'src/core/tokens/jwt/b8.ts',
    from('../../limits/index.ts'),
  ],
  [
    'a flow that enters a chapter by a file',
    'src/core/flows/login/c1.ts',
    from('../../limits/store.ts'),
  ],
  ['a flow that imports a hasher', 'src/core/flows/login/c2.ts', from('../../../hashers/index.ts')],
  [
    'a flow that counts by itself',
    'src/core/flows/login/c5.ts',
    from('../../../metrics/meters.ts'),
  ],
  ['a flow that imports the door', 'src/core/flows/login/c3.ts', from('../../../index.ts')],

  ['a store that imports HTTP', 'src/stores/sql/d1.ts', from('../../http/app.ts')],
  ['a store that imports a hasher', 'src/stores/sql/d2.ts', from('../../hashers/pool.ts')],
  [
    'a store that enters a chapter by a file',
    'src/stores/sql/d3.ts',
    from('../../core/limits/x.ts'),
  ],
  ['a store that imports the composition root', 'src/stores/sql/d6.ts', from('../../auth.ts')],
  ['a hasher that imports a store', 'src/hashers/d4.ts', from('../stores/sql/x.ts')],
  ['an issuer that imports a store', 'src/issuer/d9.ts', from('../stores/sql/x.ts')],
  ['an issuer that imports the inside of jwt', 'src/issuer/d10.ts', from('../jwt/sign.ts')],
  ['a JWT library that imports the issuer', 'src/jwt/d11.ts', from('../issuer/access-tokens.ts')],
  ['an estimator that imports HTTP', 'src/guessing/d7.ts', from('../http/app.ts')],
  ['an estimator that imports a hasher', 'src/guessing/d8.ts', from('../hashers/pool.ts')],
  ['a client that imports a store', 'src/breaches/d9.ts', from('../stores/sql/x.ts')],
  ['a route that imports an estimator', 'src/http/e4.ts', from('../guessing/pool.ts')],
  ['a route that asks for breaches', 'src/http/e5.ts', from('../breaches/ranges.ts')],
  [
    'a verifier of passkeys that imports a store',
    'src/webauthn/d12.ts',
    from('../stores/sql/x.ts'),
  ],
  ['a verifier of passkeys that imports JWTs', 'src/webauthn/d13.ts', from('../jwt/index.ts')],
  ['a JWT library that imports passkeys', 'src/jwt/d14.ts', from('../webauthn/verifier.ts')],
  ['a route that verifies passkeys itself', 'src/http/e6.ts', from('../webauthn/verifier.ts')],
  [
    'a flow that verifies passkeys itself',
    'src/core/flows/login/c4.ts',
    from('../../../webauthn/verifier.ts'),
  ],
  ['a mail sender that imports a page', 'src/mail/d5.ts', from('../pages/layout.ts')],
  ['a store that counts by itself', 'src/stores/sql/d15.ts', from('../../metrics/meters.ts')],
  ['a hasher that counts by itself', 'src/hashers/d16.ts', from('../metrics/meters.ts')],
  ['an issuer that counts by itself', 'src/issuer/d17.ts', from('../metrics/meters.ts')],
  ['a meter that imports HTTP', 'src/metrics/l1.ts', from('../http/app.ts')],
  ['a meter that imports a store', 'src/metrics/l2.ts', from('../stores/sql/x.ts')],
  ['a meter that reads files', 'src/metrics/l3.ts', from('node:fs')],
  ['a route that imports a store', 'src/http/e1.ts', from('../stores/sql/x.ts')],
  ['a route that imports a hasher', 'src/http/e2.ts', from('../hashers/pool.ts')],
  ['a route that imports the composition root', 'src/http/e3.ts', from('../auth.ts')],
  ['a page that imports a chapter', 'src/pages/f1.ts', from('../core/sessions/index.ts')],
  ['a page that imports a package', 'src/pages/f2.ts', from('zod')],
  ['configuration that imports a store', 'src/config/g1.ts', from('../stores/sql/x.ts')],
  ['an adapter that imports a store', 'src/adapters/h1.ts', from('../stores/sql/x.ts')],
  ['a composition root that imports the server', 'src/auth.ts', from('./server/main.ts')],
  ['a public test tool that imports the server', 'src/testing/i1.ts', from('../server/main.ts')],

  ['a source file that imports its own package', 'src/server/j4.ts', from('sallyport')],
  ['a test by its source that imports test/', 'src/kernel/j5.test.ts', from('../../test/x.ts')],
  [
    'a test of passkeys that imports an app',
    'src/webauthn/j6.test.ts',
    from('../../test/support/app.ts'),
  ],
  [
    'a test of something else that imports an authenticator',
    'src/jwt/j7.test.ts',
    from('../../test/support/soft-passkey.ts'),
  ],

  [
    'a type from a forbidden layer',
    'src/core/limits/k1.ts',
    "import type { A } from '../../http/a.ts'",
  ],
  [
    'an export from a forbidden layer',
    'src/core/limits/k2.ts',
    "export { a } from '../../http/a.ts'",
  ],
  [
    'a late import of a forbidden layer',
    'src/core/limits/k3.ts',
    "await import('../../http/a.ts')",
  ],
]

/** A rule for one folder replaces the general one, so each has to repeat what holds everywhere. */
const everywhere = [
  'src',
  'src/adapters',
  'src/breaches',
  'src/cli',
  'src/config',
  'src/core/flows/login',
  'src/core/limits',
  'src/guessing',
  'src/hashers',
  'src/issuer',
  'src/jwt',
  'src/http',
  'src/kernel',
  'src/mail',
  'src/metrics',
  'src/pages',
  'src/server',
  'src/stores/sql',
  'src/testing',
  'src/webauthn',
].flatMap((folder): Plant[] => [
  [`test/ imported in ${folder}`, `${folder}/z1.ts`, from('../../test/support/ports.ts')],
  [`a process started in ${folder}`, `${folder}/z2.ts`, from('node:child_process')],
  [`a chapter entered by a file in ${folder}`, `${folder}/z3.ts`, from('../core/limits/store.ts')],
])

/** What rules that are too strict would refuse. */
const allowed: Plant[] = [
  [
    'a chapter that imports kernel, accounts and its own files',
    'src/core/tokens/y1.ts',
    from('../../kernel/clock.ts', '../accounts/index.ts', '../unit-of-work.ts', './policy.ts'),
  ],
  [
    'a nested chapter file that imports the same',
    'src/core/tokens/jwt/y2.ts',
    from('../../../kernel/clock.ts', '../../accounts/index.ts', '../policy.ts'),
  ],
  [
    'a flow that joins chapters and flows',
    'src/core/flows/login/y3.ts',
    from('../../limits/index.ts', '../step-up/index.ts', '../../unit-of-work.ts', './outcome.ts'),
  ],
  [
    'a store that imports chapters, packages and its neighbours',
    'src/stores/sql/y4.ts',
    from(
      '../../core/limits/index.ts',
      '../../core/flows/login/index.ts',
      'kysely',
      '../memory/x.ts',
    ),
  ],
  [
    'a verifier of passkeys that imports its chapter and a package',
    'src/webauthn/y10.ts',
    from('../core/passkeys/index.ts', '../kernel/json.ts', '@simplewebauthn/server'),
  ],
  [
    'a test of passkeys with an authenticator',
    'src/webauthn/y11.test.ts',
    from('../../test/support/soft-passkey.ts', '../../test/support/cbor.ts'),
  ],
  ['a route that imports pages and Hono', 'src/http/y5.ts', from('../pages/login.ts', 'hono')],
  [
    'a meter that imports the words of a chapter, and its library',
    'src/metrics/y12.ts',
    from('../core/audit/index.ts', '../kernel/clock.ts', './labels.ts', 'prom-client'),
  ],
  ['a route that counts', 'src/http/y13.ts', from('../metrics/meters.ts')],
  ['a page that imports pages', 'src/pages/y6.ts', from('./layout.ts', 'hono/html', 'node:fs')],
  ['configuration with a policy', 'src/config/y7.ts', from('../core/limits/index.ts', 'zod')],
  ['a door that joins the layers', 'src/index.ts', from('./http/app.ts', './core/limits/index.ts')],
  ['a contract for any store', 'src/testing/y8.ts', from('vitest', '../core/limits/index.ts')],
  [
    'a server that joins all',
    'src/server/y9.ts',
    from('../auth.ts', '../config/load.ts', 'node:http'),
  ],
]

const broken = lintPlanted([...refused, ...everywhere, ...allowed])

describe('the layer rules refuse', () => {
  it.each([...refused, ...everywhere])('%s', (_promise, path) => {
    expect(broken.get(path)).toContain(rule)
  })
})

describe('the layer rules allow', () => {
  it.each(allowed)('%s', (_promise, path) => {
    expect(broken.get(path)).not.toContain(rule)
  })
})

function from(...modules: string[]): string {
  return modules.map((module) => `import '${module}'\n`).join('')
}

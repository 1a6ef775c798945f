import { hash } from 'node:crypto'
import { crypt64, cryptCharacters } from '../bytes.ts'
import { scheme, storedDigest, wrapping } from '../define.ts'
import type { Scheme } from '../scheme.ts'

const shape = /^\$([PHS])\$([./A-Za-z0-9])([./A-Za-z0-9]{8})([./A-Za-z0-9]{22}|[./A-Za-z0-9]{43})$/

/**
 * The portable hashes of https://www.openwall.com/phpass/, as WordPress before 6.8 and, with `$H$`,
 * phpBB 3 keep them.
 */
export const phpass: Scheme = stretched('phpass', ['P', 'H'], 'md5', 22)

/** Drupal 7 to 10.0 (`PhpassHashedPassword`): SHA-512, and the string cut to 55 characters. */
const drupalOwn = stretched('drupal', ['S'], 'sha512', 43)

/** `U`: a hash of the MD5 that Drupal 6 had kept, made when the site was upgraded. */
const drupalUpgraded = wrapping({
  name: 'drupal',
  tier: 'import',
  prefix: 'U',
  inner: drupalOwn,
  prehash: (password) => Buffer.from(hash('md5', password, 'hex')),
})

export const drupal: Scheme = scheme(
  'drupal',
  'import',
  (text) => drupalOwn.read(text) ?? drupalUpgraded.read(text),
)

/** More than a second; the formats could say 2^30. */
const maxLogRounds = 20

function stretched(
  name: string,
  idents: readonly string[],
  algorithm: 'md5' | 'sha512',
  characters: number,
): Scheme {
  return scheme(name, 'import', (text) => {
    const [, ident = '', logRounds = '', saltText = '', digest = ''] = shape.exec(text) ?? []
    const log = cryptCharacters.indexOf(logRounds)
    if (!idents.includes(ident) || log < 7 || log > maxLogRounds) return undefined
    if (digest.length !== characters || !isCanonical(digest)) return undefined
    const salt = Buffer.from(saltText)
    const rounds = 2 ** log
    return storedDigest({
      scheme: name,
      cost: { rounds },
      digest: Buffer.from(digest),
      derive(password) {
        let made = hash(algorithm, Buffer.concat([salt, password]), 'buffer')
        for (let i = 0; i < rounds; i++) {
          made = hash(algorithm, Buffer.concat([made, password]), 'buffer')
        }
        return Buffer.from(crypt64.encode(made).slice(0, characters))
      },
    })
  })
}

/** A digest that was cut ends in the middle of its bytes: any last character can be right there. */
function isCanonical(digest: string): boolean {
  return digest.length === 43 || crypt64.decode(digest) !== undefined
}

import type { HashReader, HashReading } from '../core/flows/import/index.ts'
import { keyOf, type Plan, readPlanned } from './plan.ts'
import { schemes } from './schemes/index.ts'

const marks: readonly string[] = ['django_disabled', 'unix_disabled']

/** Reads hashes as a context of this plan would, and says why it would refuse one. Starts no thread. */
export class PlannedHashReader implements HashReader {
  readonly #plan: Plan

  constructor(plan: Plan) {
    this.#plan = plan
  }

  read(text: string): HashReading {
    const read = readPlanned(this.#plan, text)
    if (read && !marks.includes(read.scheme)) {
      const { scheme, cost, needsRehash } = read
      return { kind: 'accepted', scheme, cost, key: keyOf(text), upgraded: needsRehash }
    }
    if (keyOf(text)) return { kind: 'refused', rule: 'unknown_key', scheme: undefined }
    const known = schemesLike(text)
    // MySQL's hashes begin with a mark of shadow(5), so a mark is what is nothing else.
    const others = known.filter((name) => !marks.includes(name))
    if (others.length > 0) return refused('not_accepted', others)
    if (known.length > 0) return { kind: 'no_password' }
    const cheaper = schemesLike(withCheapCost(text))
    return cheaper.length > 0 ? refused('too_expensive', cheaper) : refused('not_understood', [])
  }
}

function refused(
  rule: 'not_accepted' | 'too_expensive' | 'not_understood',
  names: readonly string[],
): HashReading {
  return { kind: 'refused', rule, scheme: names.join(' or ') || undefined }
}

/** Every scheme that understands it; the name that `postgres_md5` needs does not change the form. */
function schemesLike(text: string): string[] {
  const alike = [...schemes.values()].filter((scheme) => scheme.read(text, { user: '' }))
  return alike.map(({ name }) => name)
}

/** Where the forms write what a hash costs, and a cost that is within every bound. */
const costs: readonly (readonly [RegExp, string])[] = [
  [/(\$2[abxy]\$)\d\d(?=\$)/, '$110'],
  [/(,r=)\d+(?=\$)/, '$110'],
  [/(\$2[abxy],)\d+(?=\$)/, '$110'],
  [/\bm=\d+,t=\d+,p=\d+/, 'm=1024,t=1,p=1'],
  [/\bln=\d+,r=\d+,p=\d+/, 'ln=10,r=8,p=1'],
  [/\bln=\d+,r=\d+(?=\$)/, 'ln=10,r=8'],
  [/^(scrypt:)\d+:\d+:\d+/, '$11024:8:1'],
  [/^(scrypt\$)\d+/, '$11024'],
  [/^(pbkdf2_sha\d+\$|pbkdf2:sha\d+:|\$pbkdf2(?:-sha\d+)?\$)\d+/, '$11000'],
  [/^(grub\.pbkdf2\.sha512\.)\d+/, '$11000'],
  [/\b(rounds=)\d+/, '$15000'],
  [/(hashIterations\\*":)\d+/, '$11'],
  [/^(U?\$[PHS]\$)./, '$1B'],
]

function withCheapCost(text: string): string {
  return costs.reduce((cheaper, [shape, cost]) => cheaper.replace(shape, cost), text)
}

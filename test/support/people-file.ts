import { createWriteStream, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import knownAnswers from '../vectors/known-answers.json' with { type: 'json' }
import otherSystems from '../vectors/other-systems.json' with { type: 'json' }
import { temporaryFolder } from './clean-up.ts'

/** A file of its own with this content. */
export function aFile(name: string, lines: readonly string[]): string {
  const path = join(temporaryFolder(), name)
  writeFileSync(path, `${lines.join('\n')}\n`)
  return path
}

/** A CSV file of that many people: `p0@mail.test.example` and so on, every fiftieth disabled. */
export async function manyPeople(count: number): Promise<string> {
  const path = join(temporaryFolder(), 'people.csv')
  const { hash } = knownHash('django_pbkdf2_sha256')
  await pipeline(
    Readable.from(
      (function* () {
        yield 'email,name,hash,created,disabled,verified\n'
        for (let at = 0; at < count; at++) {
          yield `p${at}@mail.test.example,"Person ${at}, the ""nth""",${hash},2024-01-31,${at % 50 === 0},t\n`
        }
      })(),
    ),
    createWriteStream(path),
  )
  return path
}

interface KnownHash {
  readonly hash: string
  readonly password: string
}

/** A hash of another system that is known, with its password of at least one character. */
export function knownHash(scheme: string): KnownHash {
  const rows = [
    ...knownAnswers.rows,
    ...otherSystems.rows.filter((row) => row.expect === 'match'),
  ] as readonly (Partial<KnownHash> & { readonly scheme: string })[]
  const found = rows.find((row) => row.scheme === scheme && row.password)
  if (!found?.hash || !found.password) throw new Error(`no known hash of ${scheme}`)
  return { hash: found.hash, password: found.password }
}

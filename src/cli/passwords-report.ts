import type { Configuration } from '../config/index.ts'
import { everyone } from '../core/flows/export/index.ts'
import { Tally } from '../core/flows/import/index.ts'
import { describeHashing, openHashReader } from '../hashing.ts'
import { openExisting } from '../storage.ts'
import { SqlAccountStore } from '../stores/sql/accounts.ts'
import { SqlPasswordStore } from '../stores/sql/passwords.ts'
import { hashTable } from './hash-table.ts'
import { grouped } from './progress.ts'

/** `sallyport passwords report` */
export async function reportPasswords(configuration: Configuration): Promise<void> {
  const tally = await tallyOf(configuration)
  if (tally.accounts === 0) {
    console.log('No accounts yet.')
    return
  }
  for (const line of hashTable(tally.lines, describeHashing(configuration).scheme))
    console.log(line)
  console.log(`\n${grouped(tally.accounts)} accounts`)
  const refused = tally.countOf('refused')
  if (refused > 0) {
    console.log(`${grouped(refused)} of them cannot sign in with their password.`)
  }
}

async function tallyOf(configuration: Configuration): Promise<Tally> {
  const tally = new Tally()
  const hashes = openHashReader(configuration)
  await using database = await openExisting(configuration)
  if (!database) return tally
  const [accounts, passwords] = [new SqlAccountStore(database), new SqlPasswordStore(database)]
  for await (const page of everyone({ accounts, passwords })) {
    for (const { hash } of page) {
      tally.add(hash === undefined ? { kind: 'no_password' } : hashes.read(hash))
    }
  }
  return tally
}

import type { Command } from 'commander'
import { openOperatorAudit } from '../auditing.ts'
import type { Configuration } from '../config/index.ts'
import { type SigningKeyState, statesOf } from '../core/tokens/index.ts'
import type { SigningKeys } from '../issuer/signing-keys.ts'
import { minutes, plus, systemClock } from '../kernel/clock.ts'
import { ConfigurationError } from '../kernel/errors.ts'
import { systemRandom } from '../kernel/random.ts'
import { existingKeys, openExisting } from '../storage.ts'
import { SqlSigningKeyStore } from '../stores/sql/signing-keys.ts'
import { signingKeysOf } from '../token-issuing.ts'
import { table } from './table.ts'

/** `sallyport keys` */
export function addKeysCommand(program: Command, configuration: () => Configuration): void {
  const keys = program
    .command('keys')
    .description('see and replace the keys that sign access tokens')
    .action(() => keys.outputHelp())
  keys
    .command('list')
    .description('list the keys, with what each is good for now')
    .action(() => listKeys(configuration()))
  keys
    .command('rotate')
    .summary('make the next key')
    .description(
      'Make the next key. It is published now and signs from tomorrow, so that every service knows it by ' +
        'then; what the last one has signed is good until it expires. The server does this by itself, every ' +
        'SALLYPORT_TOKEN_KEY_ROTATION.',
    )
    .option(
      '--now',
      'let it sign at once: services that keep key sets may refuse its tokens for minutes',
    )
    .action((flags: { now?: boolean }) => rotateKeys(flags.now ?? false, configuration()))
  const retire = keys
    .command('retire')
    .summary('refuse whatever a key has signed')
    .description(
      'Refuse whatever a key has signed, from now on: for a key that somebody else may have. Access tokens of ' +
        'it are refused within five seconds, and had anew by refresh tokens; nobody is signed out. If it is the ' +
        'one that signs, a new key is made. Services that keep key sets accept its tokens until they look again.',
    )
    .argument('<id>', 'the id of the key, as `sallyport keys list` shows it')
  retire.action(async (id: string) => {
    if (!(await retireKey(id, configuration()))) {
      retire.error('error: there is no such key, or it is retired already')
    }
  })
}

const none = 'there are no keys yet: the server makes the first one when it starts'

async function listKeys(configuration: Configuration): Promise<void> {
  await using database = await openExisting(configuration)
  const records = database ? await new SqlSigningKeyStore(database).list() : []
  if (records.length === 0) {
    console.log('No keys yet: the server makes the first one when it starts.')
    return
  }
  const rows = statesOf(records, systemClock.now()).map(rowOf)
  for (const line of table([['key', 'algorithm', 'made', 'state'], ...rows])) console.log(line)
}

function rowOf({ record, state, at }: SigningKeyState): string[] {
  return [record.id, record.algorithm, written(record.createdAt), `${words[state]} ${written(at)}`]
}

const words: Readonly<Record<SigningKeyState['state'], string>> = {
  signing: 'signs since',
  next: 'published, signs from',
  accepted: 'accepted until',
  over: 'over since',
  retired: 'retired on',
}

async function rotateKeys(now: boolean, configuration: Configuration): Promise<void> {
  await withKeys(configuration, async (keys) => {
    const from = plus(systemClock.now(), minutes(now ? 0 : 24 * 60))
    const key = await keys.rotate(from)
    console.log(`${key.id} ${now ? 'signs from now on' : `signs from ${written(key.signsFrom)}`}.`)
  })
}

async function retireKey(id: string, configuration: Configuration): Promise<boolean> {
  return withKeys(configuration, async (keys) => {
    const isRetired = await keys.retire(id)
    if (isRetired) console.log(`${id} is retired. ${keys.current.id} signs.`)
    return isRetired
  })
}

async function withKeys<Result>(
  configuration: Configuration,
  work: (keys: SigningKeys) => Promise<Result>,
): Promise<Result> {
  await using database = await openExisting(configuration)
  if (!database) throw new ConfigurationError([none])
  const keys = existingKeys(configuration, systemRandom)
  return await work(
    signingKeysOf(
      {
        configuration,
        database,
        audit: openOperatorAudit(database, keys),
        keys,
        clock: systemClock,
        random: systemRandom,
      },
      'operator',
    ),
  )
}

/** To the minute, in UTC. */
function written(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 16).replace('T', ' ')} UTC`
}

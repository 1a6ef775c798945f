import { describe, expect, it } from 'vitest'
import { FailureCounts } from '../../../testing/doubles/failure-counts.ts'
import { allLimited, NotedAudit, nowhere } from '../../../testing/doubles/ports.ts'
import { anAccount } from '../../../testing/records.ts'
import type { Account, CanonicalEmail } from '../../accounts/index.ts'
import type { Limited } from '../../limits/index.ts'
import type { UnitOfWork } from '../../unit-of-work.ts'
import { Refusing } from './refusing.ts'

const ann = anAccount({ address: 'ann@example.com' })
const email = ann.canonicalEmail
const stranger = { actor: 'stranger', subject: ann.id }
const wrong = { matches: false, origin: nowhere }
const asWrong = { kind: 'refused', reason: 'invalid_credentials' }

/** Refusals of an account that has failed so often; `steps` is all that is asked of a database, in order. */
function refusingOf({ failures = 0, device }: { failures?: number; device?: string } = {}) {
  const [audit, passwords, told] = [new NotedAudit(), new FailureCounts(failures), [] as unknown[]]
  const { asked: steps } = passwords
  const record: NotedAudit['record'] = async (...given) => {
    steps.push('record')
    await audit.record(...given)
  }
  const unitOfWork: UnitOfWork = {
    run: async (work) => {
      steps.push('begin')
      const done = await work()
      steps.push('commit')
      return done
    },
    lastly: (work) => work(),
    afterwards: (work) => work(),
  }
  const refusing = new Refusing({
    accounts: {
      findByEmail: async (canonical) => {
        steps.push('findByEmail')
        return canonical === email ? ann : undefined
      },
    },
    passwords: passwords.service,
    limits: { knownDevice: () => device },
    unitOfWork,
    audit: { record, pseudonym: () => 'pseudonym' },
    limitReached: async (...given) => void told.push(given),
  })
  return { refusing, audit, passwords, steps, told }
}

describe('a password that is refused', () => {
  it('is counted, and written down with its cause, in one unit of work', async () => {
    const { refusing, audit, passwords, steps } = refusingOf({ failures: 3 })
    expect(await refusing.password(email, ann, wrong)).toEqual(asWrong)
    expect(audit.entries).toEqual([['login.refused', stranger, { cause: 'wrong_password' }]])
    expect(passwords.count).toBe(4)
    expect(steps).toEqual(['begin', 'record', 'countFailure', 'commit'])
  })

  it('takes the same steps where there is no account, and says the same', async () => {
    const { refusing, audit, steps } = refusingOf()
    await refusing.password(email, ann, wrong)
    const known = steps.splice(0)
    const nobody = 'hunter2@example.com' as CanonicalEmail
    expect(await refusing.password(nobody, undefined, wrong)).toEqual(asWrong)
    expect(steps).toEqual(known)
    const about = { actor: 'stranger', subject: undefined }
    const noted = { cause: 'unknown_account', identifier: 'pseudonym' }
    expect(audit.entries[1]).toEqual(['login.refused', about, noted])
    expect(JSON.stringify(audit.entries)).not.toContain('hunter2')
  })

  it('is no failure where it is right, and the account is disabled', async () => {
    const { refusing, audit, passwords } = refusingOf()
    const disabled: Account = { ...ann, status: 'disabled' }
    expect(await refusing.password(email, disabled, { ...wrong, matches: true })).toEqual(asWrong)
    expect(audit.entries).toEqual([['login.refused', stranger, { cause: 'disabled_account' }]])
    expect(passwords.count).toBe(0)
    await refusing.password(email, disabled, wrong)
    expect(audit.entries[1]).toEqual(['login.refused', stranger, { cause: 'wrong_password' }])
  })

  it('is the hundredth once, whoever comes after it', async () => {
    const { refusing, audit, passwords } = refusingOf({ failures: 98 })
    for (let time = 0; time < 4; time++) await refusing.password(email, ann, wrong)
    expect(audit.types).toEqual([
      'login.refused',
      'login.refused',
      'password.capped',
      'login.refused',
      'login.refused',
    ])
    expect(audit.entries[2]).toEqual(['password.capped', stranger, { failures: 100 }])
    expect(passwords.count).toBe(100)
  })

  it('is written down with the device, where the account has signed in on it', async () => {
    const { refusing, audit } = refusingOf({ device: 'dv_1' })
    await refusing.password(email, ann, wrong)
    const noted = { cause: 'wrong_password', device: 'dv_1' }
    expect(audit.entries).toEqual([['login.refused', stranger, noted]])
  })
})

describe('another proof that is refused', () => {
  it('is written down with its cause, and said as its reason; no password has failed', async () => {
    const { refusing, audit, passwords } = refusingOf({ device: 'dv_1' })
    const reason = { kind: 'refused', reason: 'login_expired' }
    expect(await refusing.factor(ann, nowhere, ['overtaken', 'login_expired'])).toEqual(reason)
    const noted = { cause: 'overtaken', device: 'dv_1' }
    expect(audit.entries).toEqual([['login.refused', stranger, noted]])
    expect(passwords.count).toBe(0)
  })

  it('names nobody where nobody was named', async () => {
    const { refusing, audit } = refusingOf()
    await refusing.factor(undefined, nowhere, ['passkey_refused', 'passkey_refused'])
    const about = { actor: 'stranger', subject: undefined }
    expect(audit.entries).toEqual([['login.refused', about, { cause: 'passkey_refused' }]])
  })
})

describe('a sign-in that is limited', () => {
  const again: Limited = { ...allLimited, isFirst: false }

  it('is told the first time, and whose account it was at', async () => {
    const { refusing, told, steps } = refusingOf()
    expect(await refusing.limited(allLimited, email)).toBe(allLimited)
    expect(await refusing.limited(allLimited, 'nobody@example.com' as CanonicalEmail)).toBe(
      allLimited,
    )
    expect(told).toEqual([
      [allLimited, ann.id],
      [allLimited, undefined],
    ])
    expect(steps).toEqual(['findByEmail', 'findByEmail'])
  })

  it('looks for nobody after that: to be refused costs nothing', async () => {
    const { refusing, steps } = refusingOf()
    expect(await refusing.limited(again, email)).toBe(again)
    expect(steps).toEqual([])
  })
})

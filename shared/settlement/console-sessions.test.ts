/** Links and sessions of the console: who gets one, how often a link works, and when a session ends. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { createConsolePorts } from '../../test/unit/fake-operators.ts'
import { authenticateSession, createLink, exchangeLink, type SignedIn, signOut } from './console-sessions.ts'
import { addOperator, disableOperator, type OperatorChange, rotateToken } from './operators.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const SANDBOX = { sandboxLogin: 'pay' }
const HERE = '127.0.0.1'
const reason = 'x'

const tokenIn = (change: OperatorChange) => (change as { token: string }).token

let fakes: ReturnType<typeof createConsolePorts>
let kim: { token: string }
let lee: { token: string }
beforeEach(async () => {
  fakes = createConsolePorts()
  const add = (by: Parameters<typeof addOperator>[1], name: string, role: 'approver' | 'viewer') =>
    addOperator(fakes.ports, by, { name, role, reason })
  kim = { token: tokenIn(await add({ databaseLogin: 'pay' }, 'kim', 'approver')) }
  lee = { token: tokenIn(await add(kim, 'lee', 'viewer')) }
  fakes.rows.entries.length = 0
})

const later = (ms: number): void => {
  fakes.state.nowMs += ms
}

async function linkFor(name: string): Promise<string> {
  const made = await createLink(fakes.ports, SANDBOX, name)
  if (made.kind === 'refused') throw new Error(made.reason)
  return made.secret
}

const exchange = (secret: string) => exchangeLink(fakes.ports, secret, HERE)

async function signInAs(name: string) {
  const signIn = await exchange(await linkFor(name))
  if (signIn.kind !== 'signed_in') throw new Error(signIn.kind)
  const { sessionSecret, requestSecret } = signIn
  return { sessionSecret, requestSecret }
}

const who = async (secrets: { sessionSecret: string; requestSecret: string }) =>
  (await authenticateSession(fakes.ports, secrets))?.operator.name

describe('a link', () => {
  test('is known by its hash, and the audit log says who had it made for whom', async () => {
    const secret = await linkFor('lee')

    expect(JSON.stringify(fakes.rows)).not.toContain(secret)
    expect(fakes.rows.links).toMatchObject([{ linkHash: fakes.ports.consoleSecrets.hashOf(secret) }])
    expect(fakes.rows.entries).toMatchObject([
      { actor: 'system login pay', action: 'console.linked', subject: 'lee', details: { role: 'viewer' } },
    ])
  })

  test('is for the operator whose token it is, and for nobody who is not there or was disabled', async () => {
    const { ports } = fakes
    await disableOperator(ports, kim, { name: 'lee', reason })

    expect(await createLink(ports, kim, 'kim')).toMatchObject({ kind: 'linked', operator: { name: 'kim' } })
    expect(await createLink(ports, lee, 'kim')).toEqual({ kind: 'refused', reason: 'not_your_token' })
    expect(await createLink(ports, SANDBOX, 'lee')).toEqual({ kind: 'refused', reason: 'disabled' })
    expect(await createLink(ports, SANDBOX, 'moon')).toEqual({ kind: 'refused', reason: 'no_such_operator' })
    expect(fakes.rows.links).toHaveLength(1)
  })

  test('signs in once: of two exchanges at once one gets the session', async () => {
    const secret = await linkFor('lee')
    const both = await Promise.all([exchange(secret), exchange(secret)])
    const after = await exchange(secret)

    expect(both.map(({ kind }) => kind).sort()).toEqual(['refused', 'signed_in'])
    expect(after).toEqual({ kind: 'refused' })
    expect(fakes.rows.sessions).toHaveLength(1)
  })

  test('works for five minutes', async () => {
    const [young, old] = [await linkFor('lee'), await linkFor('lee')]

    later(5 * MINUTE_MS - 1)
    expect(await exchange(young)).toMatchObject({ kind: 'signed_in' })
    later(1)
    expect(await exchange(old)).toEqual({ kind: 'refused' })
  })

  test.each([
    ['of an operator who was disabled', () => disableOperator(fakes.ports, kim, { name: 'lee', reason })],
    ['made before the operator got a new token', () => rotateToken(fakes.ports, kim, { name: 'lee', reason })],
  ])('%s works no more', async (_, change) => {
    const secret = await linkFor('lee')
    await change()

    expect(await exchange(secret)).toEqual({ kind: 'refused' })
  })

  test('that never was, and what is none at all, sign nobody in', async () => {
    const secret = await linkFor('lee')
    for (const wrong of [`opl_${'9'.repeat(43)}`, '', 'opl_', secret.slice(4), `${secret}0`])
      expect(await exchange(wrong)).toEqual({ kind: 'refused' })

    expect(await exchange(secret)).toMatchObject({ kind: 'signed_in' })
  })

  test('of an exchange that is not written whole works again', async () => {
    const secret = await linkFor('lee')
    fakes.state.refusesEntries = true
    await expect(exchange(secret)).rejects.toThrow('the log is away')
    fakes.state.refusesEntries = false

    expect(fakes.rows.sessions).toEqual([])
    expect(await exchange(secret)).toMatchObject({ kind: 'signed_in' })
  })

  test('and every session that ended a day ago are deleted when another is made', async () => {
    await signInAs('lee')
    await linkFor('lee')
    later(5 * MINUTE_MS + 24 * HOUR_MS + 1)
    await linkFor('kim')
    expect([fakes.rows.links.length, fakes.rows.sessions.length]).toEqual([1, 1])

    later(8 * HOUR_MS)
    await linkFor('kim')
    expect(fakes.rows.sessions).toEqual([])
  })
})

describe('wrong tries', () => {
  test('are counted, and right ones given back', async () => {
    await exchange(await linkFor('lee'))
    await exchange(`opl_${'9'.repeat(43)}`)

    expect([fakes.tries.begun, fakes.tries.succeeded]).toEqual([[HERE, HERE], [HERE]])
  })

  test('beyond the limit are not looked at, and neither is a right one', async () => {
    const secret = await linkFor('lee')
    fakes.tries.waitSeconds = 4

    expect(await exchange(secret)).toEqual({ kind: 'too_many', retryAfterSeconds: 4 })
    fakes.tries.waitSeconds = undefined
    expect(await exchange(secret)).toMatchObject({ kind: 'signed_in' })
  })
})

describe('a session', () => {
  test('is known by both of its secrets, of which only the hashes are kept, and begins with an entry of the audit log', async () => {
    const secrets = await signInAs('lee')

    expect(await authenticateSession(fakes.ports, secrets)).toMatchObject({ operator: { name: 'lee', role: 'viewer' } })
    for (const secret of Object.values(secrets)) expect(JSON.stringify(fakes.rows)).not.toContain(secret)
    expect(fakes.rows.entries.at(-1)).toMatchObject({ actor: 'lee', action: 'console.signed-in', subject: 'lee' })
  })

  test('is opened by no part of its secrets, and by none of another session', async () => {
    const [one, other] = [await signInAs('lee'), await signInAs('kim')]
    const { sessionSecret, requestSecret } = one

    for (const wrong of [
      { sessionSecret, requestSecret: other.requestSecret },
      { sessionSecret: other.sessionSecret, requestSecret },
      { sessionSecret, requestSecret: sessionSecret },
      { sessionSecret: requestSecret, requestSecret },
      { sessionSecret, requestSecret: '' },
      { sessionSecret: '', requestSecret },
      { sessionSecret, requestSecret: requestSecret.slice(0, -1) },
    ])
      expect(await who(wrong)).toBeUndefined()
    expect(await who(one)).toBe('lee')
  })

  test('ends half an hour after its last use', async () => {
    const secrets = await signInAs('lee')
    for (let use = 0; use < 3; use++) {
      later(30 * MINUTE_MS - 1)
      expect(await who(secrets)).toBe('lee')
    }

    later(30 * MINUTE_MS)
    expect(await who(secrets)).toBeUndefined()
  })

  test('ends after eight hours, however much it is used', async () => {
    const secrets = await signInAs('lee')
    for (let use = 0; use < 8 * 4 - 1; use++) {
      later(15 * MINUTE_MS)
      expect(await who(secrets)).toBe('lee')
    }

    later(15 * MINUTE_MS - 1)
    expect(await who(secrets)).toBe('lee')
    later(1)
    expect(await who(secrets)).toBeUndefined()
  })

  test('has its use written at most once a minute', async () => {
    const secrets = await signInAs('lee')
    const touchesAfter = async (ms: number) => {
      later(ms)
      await who(secrets)
      return fakes.ports.consoleSessions.touches
    }

    expect(await touchesAfter(0)).toBe(0)
    expect(await touchesAfter(MINUTE_MS - 1)).toBe(0)
    expect(await touchesAfter(1)).toBe(1)
    expect(await touchesAfter(MINUTE_MS - 1)).toBe(1)
  })

  test.each([
    ['its operator is disabled', () => disableOperator(fakes.ports, kim, { name: 'lee', reason })],
    ['its operator gets a new token', () => rotateToken(fakes.ports, lee, { name: 'lee', reason })],
  ])('ends at once when %s, and those of others stay', async (_, change) => {
    const [ended, kept] = [await signInAs('lee'), await signInAs('kim')]
    await change()

    expect([await who(ended), await who(kept)]).toEqual([undefined, 'kim'])
  })

  // As a command of an older release disables an operator: it knows no sessions.
  test('of an operator who is disabled opens nothing, also where nobody ended it', async () => {
    const secrets = await signInAs('lee')
    fakes.rows.operators = fakes.rows.operators.map(operator => ({ ...operator, disabledAtMs: fakes.state.nowMs }))

    expect(await who(secrets)).toBeUndefined()
  })

  test('ends when its operator signs out, which the audit log says, and the other sessions of the operator go on', async () => {
    const [one, other] = [await signInAs('lee'), await signInAs('lee')]
    await signOut(fakes.ports, (await authenticateSession(fakes.ports, one)) as SignedIn)

    expect([await who(one), await who(other)]).toEqual([undefined, 'lee'])
    expect(fakes.rows.entries.at(-1)).toMatchObject({ actor: 'lee', action: 'console.signed-out', subject: 'lee' })
  })
})

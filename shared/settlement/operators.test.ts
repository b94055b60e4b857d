/** Who may add, disable and give tokens; that each change is in the audit log; and that a token is known by its hash alone. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { createOperatorPorts } from '../../test/unit/fake-operators.ts'
import type { OperatorRole } from '../contracts/lists.ts'
import {
  type Authority,
  addOperator,
  authenticate,
  disableOperator,
  listOperators,
  type OperatorChange,
  rotateToken,
} from './operators.ts'

const LOGIN: Authority = { databaseLogin: 'pay' }
const NO_TOKEN = `opk_${'x'.repeat(43)}`
const reason = 'because'

let fakes: ReturnType<typeof createOperatorPorts>
beforeEach(() => {
  fakes = createOperatorPorts()
})

function tokenIn(change: OperatorChange): string {
  if (change.kind === 'changed' && change.token !== undefined) return change.token
  throw new Error(`no token in ${JSON.stringify(change)}`)
}
const refusal = (why: string) => ({ kind: 'refused', reason: why })
const add = (by: Authority, name: string, role: OperatorRole) => addOperator(fakes.ports, by, { name, role, reason })
const nameBehind = async (token: string) => (await authenticate(fakes.ports, token))?.name

/** Kim, who approves, with the token. */
const withKim = async (): Promise<{ token: string }> => ({ token: tokenIn(await add(LOGIN, 'kim', 'approver')) })

describe('the first operator', () => {
  test('is an approver, and is added with the database login', async () => {
    expect(await add(LOGIN, 'lee', 'viewer')).toEqual(refusal('first_is_approver'))
    expect(await add({ token: NO_TOKEN }, 'lee', 'approver')).toEqual(refusal('unknown_token'))

    const kim = await withKim()

    expect(await authenticate(fakes.ports, kim.token)).toMatchObject({ name: 'kim', role: 'approver' })
    expect(fakes.rows.entries).toEqual([
      {
        actor: 'system login pay',
        action: 'operator.added',
        subject: 'kim',
        reason,
        details: { operatorId: fakes.rows.operators[0]!.operatorId, role: 'approver' },
      },
    ])
    expect(await add(LOGIN, 'lee', 'approver')).toEqual(refusal('login_not_enough'))
  })
})

describe('addOperator', () => {
  test('is for approvers', async () => {
    const kim = await withKim()
    const lee = { token: tokenIn(await add(kim, 'lee', 'operator')) }

    expect(await add(lee, 'park', 'viewer')).toEqual(refusal('needs_approver'))
    expect(await add({ token: NO_TOKEN }, 'park', 'viewer')).toEqual(refusal('unknown_token'))
    expect(fakes.rows.operators).toHaveLength(2)
    expect(fakes.rows.entries.map(({ actor, subject }) => [actor, subject])).toEqual([
      ['system login pay', 'kim'],
      ['kim', 'lee'],
    ])
  })

  test.each(['kim', 'KIM', 'ｋｉｍ'])('does not give a name again: %s', async name => {
    const kim = await withKim()
    await add(kim, 'lee', 'approver')

    expect(await add(kim, name, 'viewer')).toEqual(refusal('name_taken'))
  })

  test.each([
    '',
    ' kim',
    'kim ',
    '-kim',
    'system',
    'System login pay',
    'ｓｙｓｔｅｍ',
    'a\nb',
    'a\u202eb',
    'x'.repeat(65),
  ])('refuses the name %j', async name => {
    expect(await add(await withKim(), name, 'viewer')).toEqual(refusal('bad_name'))
  })

  test.each(['김민지', 'a.b-c_d@example.com', 'systemd', 'x'.repeat(64)])('takes the name %s', async name => {
    expect(await add(await withKim(), name, 'viewer')).toMatchObject({ kind: 'changed', operator: { name } })
  })
})

describe('disableOperator', () => {
  test('refuses the token from then on, and keeps the name', async () => {
    const kim = await withKim()
    const lee = tokenIn(await add(kim, 'lee', 'operator'))

    expect(await disableOperator(fakes.ports, kim, { name: 'lee', reason })).toMatchObject({ kind: 'changed' })

    expect(await nameBehind(lee)).toBeUndefined()
    expect(await disableOperator(fakes.ports, kim, { name: 'lee', reason })).toEqual(refusal('disabled'))
    expect(await add(kim, 'lee', 'viewer')).toEqual(refusal('name_taken'))
    expect(fakes.rows.entries.at(-1)).toMatchObject({ actor: 'kim', action: 'operator.disabled', subject: 'lee' })
  })

  test('leaves the last approver', async () => {
    const kim = await withKim()
    const lee = { token: tokenIn(await add(kim, 'lee', 'approver')) }

    expect(await disableOperator(fakes.ports, lee, { name: 'kim', reason })).toMatchObject({ kind: 'changed' })
    expect(await disableOperator(fakes.ports, lee, { name: 'lee', reason })).toEqual(refusal('last_approver'))
    expect(await disableOperator(fakes.ports, kim, { name: 'lee', reason })).toEqual(refusal('unknown_token'))
  })

  test('is for approvers, and of somebody who is there', async () => {
    const kim = await withKim()
    const lee = { token: tokenIn(await add(kim, 'lee', 'operator')) }

    expect(await disableOperator(fakes.ports, lee, { name: 'kim', reason })).toEqual(refusal('needs_approver'))
    expect(await disableOperator(fakes.ports, LOGIN, { name: 'kim', reason })).toEqual(refusal('login_not_enough'))
    expect(await disableOperator(fakes.ports, kim, { name: 'park', reason })).toEqual(refusal('no_such_operator'))
    expect(fakes.rows.entries).toHaveLength(2)
  })
})

describe('rotateToken', () => {
  test('ends the old token; everybody may have a new one, and an approver may give one', async () => {
    const kim = await withKim()
    const first = tokenIn(await add(kim, 'lee', 'viewer'))

    const second = tokenIn(await rotateToken(fakes.ports, { token: first }, { name: 'lee', reason }))
    expect([await nameBehind(first), await nameBehind(second)]).toEqual([undefined, 'lee'])
    const third = tokenIn(await rotateToken(fakes.ports, kim, { name: 'lee', reason }))
    expect([await nameBehind(second), await nameBehind(third)]).toEqual([undefined, 'lee'])

    const refusals = [
      await rotateToken(fakes.ports, { token: third }, { name: 'kim', reason }),
      await rotateToken(fakes.ports, { token: second }, { name: 'lee', reason }),
      await rotateToken(fakes.ports, kim, { name: 'park', reason }),
    ]
    expect(refusals).toEqual(['needs_approver', 'unknown_token', 'no_such_operator'].map(refusal))
    expect(fakes.rows.entries.slice(2).map(({ actor, action }) => [actor, action])).toEqual([
      ['lee', 'operator.rotated'],
      ['kim', 'operator.rotated'],
    ])
  })

  test('with the database login is for the only approver, whom nobody else could help', async () => {
    const kim = await withKim()
    const lee = tokenIn(await add(kim, 'lee', 'operator'))

    expect(await rotateToken(fakes.ports, LOGIN, { name: 'lee', reason })).toEqual(refusal('login_not_enough'))
    const again = tokenIn(await rotateToken(fakes.ports, LOGIN, { name: 'kim', reason }))
    expect([await nameBehind(kim.token), await nameBehind(again), await nameBehind(lee)]).toEqual([
      undefined,
      'kim',
      'lee',
    ])
    expect(fakes.rows.entries.at(-1)).toMatchObject({ actor: 'system login pay', action: 'operator.recovered' })

    await add({ token: again }, 'park', 'approver')
    expect(await rotateToken(fakes.ports, LOGIN, { name: 'kim', reason })).toEqual(refusal('login_not_enough'))
  })
})

test('a token is nowhere but in the answer', async () => {
  const kim = await withKim()
  const rotated = tokenIn(await rotateToken(fakes.ports, kim, { name: 'kim', reason }))

  const kept = JSON.stringify([fakes.rows, await listOperators(fakes.ports)])
  for (const token of [kim.token, rotated]) expect(kept).not.toContain(token.slice(4))
  expect(JSON.stringify(await listOperators(fakes.ports))).not.toContain('tokenHash')
})

test.each(['', 'kim', 'opk_', `opk_${'x'.repeat(44)}`, `opk_${'x'.repeat(42)} `])(
  'what is no token is not looked for: %j',
  async token => {
    fakes.ports.operators.ofToken = () => Promise.reject(new Error('was looked for'))

    expect(await authenticate(fakes.ports, token)).toBeUndefined()
  },
)

test('a change that cannot be logged is not made', async () => {
  const kim = await withKim()
  fakes.state.refusesEntries = true

  await expect(add(kim, 'lee', 'viewer')).rejects.toThrow('the log is away')
  expect(fakes.rows.operators.map(({ name }) => name)).toEqual(['kim'])
})

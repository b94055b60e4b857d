/** What a sandbox begins with: two operators where there is none, and a link for one of them. */
import { beforeEach, describe, expect, test } from '@jest/globals'
import { addOperator, disableOperator, listOperators } from '../../shared/settlement/operators.ts'
import { createConsolePorts } from '../../test/unit/fake-operators.ts'
import { consoleLines } from './console-invitation.ts'
import { invitation, inviteToConsole } from './demo-operators.ts'

const SHOP = 'http://127.0.0.1:5173'
const LINK = /^http:\/\/127\.0\.0\.1:5173\/console#opl_[\w-]{43}$/

let fakes: ReturnType<typeof createConsolePorts>
beforeEach(() => {
  fakes = createConsolePorts()
})
const names = async () => (await listOperators(fakes.ports)).map(({ name, role }) => [name, role])

describe('a new sandbox', () => {
  test('gets two operators, of whom the log says that they are for trying it out, and a link', async () => {
    const { link, isNew } = await invitation(fakes.ports, 'pay', SHOP)

    expect([isNew, link]).toEqual([true, expect.stringMatching(LINK)])
    expect(await names()).toEqual([
      ['demo-approver', 'approver'],
      ['demo-operator', 'operator'],
    ])
    expect(fakes.rows.entries.map(({ actor, action, subject }) => [actor, action, subject])).toEqual([
      ['system login pay', 'operator.added', 'demo-approver'],
      ['demo-approver', 'operator.added', 'demo-operator'],
      ['system login pay', 'console.linked', 'demo-operator'],
    ])
    for (const { reason } of fakes.rows.entries.slice(0, 2)) expect(reason).toContain('sandbox')
  })

  test('gets no more of them, and another link, when it starts again', async () => {
    const first = await invitation(fakes.ports, 'pay', SHOP)
    const again = await invitation(fakes.ports, 'pay', SHOP)

    expect(again).toEqual({ isNew: false, link: expect.stringMatching(LINK) })
    expect(again.link).not.toBe(first.link)
    expect(await names()).toHaveLength(2)
  })
})

describe('a sandbox with operators of its own', () => {
  test('gets none, and no link', async () => {
    await addOperator(fakes.ports, { databaseLogin: 'pay' }, { name: 'kim', role: 'approver', reason: 'x' })

    expect(await invitation(fakes.ports, 'pay', SHOP)).toEqual({ isNew: false, link: undefined })
    expect(await names()).toEqual([['kim', 'approver']])
  })

  test('gets no link for a demo operator who was disabled', async () => {
    const added = await addOperator(
      fakes.ports,
      { databaseLogin: 'pay' },
      { name: 'kim', role: 'approver', reason: 'x' },
    )
    const by = { token: (added as { token: string }).token }
    await addOperator(fakes.ports, by, { name: 'demo-operator', role: 'operator', reason: 'x' })
    await disableOperator(fakes.ports, by, { name: 'demo-operator', reason: 'x' })

    expect(await invitation(fakes.ports, 'pay', SHOP)).toEqual({ isNew: false, link: undefined })
  })
})

describe('nothing is made, and no link', () => {
  const env = {
    ...{
      DATABASE_URL: 'mysql://pay:pay@127.0.0.1:1/paydb',
      KAFKA_BROKERS: '127.0.0.1:1',
      REDIS_URL: 'redis://127.0.0.1:1/0',
    },
    ...{ ACQUIRER_URL: 'http://127.0.0.1:1', BANK_URL: 'http://127.0.0.1:1', API_URL: 'http://127.0.0.1:1' },
  }

  test('where somebody named the database', async () => {
    const before = process.env.DATABASE_URL
    process.env.DATABASE_URL = env.DATABASE_URL
    try {
      expect(await inviteToConsole({ ...env, SHOP_URL: SHOP })).toBeUndefined()
    } finally {
      if (before === undefined) delete process.env.DATABASE_URL
      else process.env.DATABASE_URL = before
    }
  })

  test('where there is no shop', async () => {
    expect(await inviteToConsole(env)).toBeUndefined()
  })
})

describe('npm start says', () => {
  const link = `${SHOP}/console#opl_x`

  test('the link in a line of its own, whose it is, and of new operators that they are the sandbox’s', () => {
    const [line, whose, ofSandbox] = consoleLines({ link, isNew: true })

    expect(line).toBe(`  console  ${link}`)
    expect(whose).toContain('demo-operator')
    expect(whose).toContain('npm run console-link -- --as demo-approver')
    expect(ofSandbox).toContain('operators of this sandbox')
    expect(consoleLines({ link, isNew: false })).toEqual([line, whose])
  })

  test('how to get a link where it made none, and nothing where there is no console of its own', () => {
    expect(consoleLines({ link: undefined, isNew: false })).toEqual([
      '  console  npm run console-link -- --as NAME prints a link',
    ])
    expect(consoleLines(undefined)).toEqual([])
  })
})

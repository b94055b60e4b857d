/** The fakes keep the contracts of the ports: what is tested on them would otherwise prove nothing. And they fail when a test says so. */
import { describe, expect, test } from '@jest/globals'
import { describePorts } from '../../test/ports/describe-ports.ts'
import type { PortsUnderTest } from '../../test/ports/ports-under-test.ts'
import { newPayment } from '../../test/support/rows.ts'
import { SEED } from '../../test/unit/seed.ts'
import { eventId, operationId, paymentId } from '../contracts/identifiers.ts'
import { shuffledTurns, type Turn } from './fake-store.ts'
import { createFakeIds, createFakePorts } from './fakes.ts'
import { DependencyUnavailableError } from './ports.ts'

const open = async (turn?: Turn): Promise<PortsUnderTest> => {
  const ports = createFakePorts({ turn })
  return { ...ports, separate: ports.transactions }
}

describePorts('the fakes', () => open())
describePorts(`the fakes, statements shuffled by ${SEED}`, () => open(shuffledTurns(SEED)))

describe('a fake database', () => {
  test('loses a commit, or lets it happen unheard, when told to', async () => {
    const { transactions, payments } = createFakePorts()
    const insert = () => transactions.run('rows', tx => payments.insert(tx, newPayment()))

    transactions.failNextCommit('before')
    await expect(insert()).rejects.toThrow(DependencyUnavailableError)
    expect(payments.table.rows()).toHaveLength(0)

    transactions.failNextCommit('after')
    await expect(insert()).rejects.toThrow(DependencyUnavailableError)
    expect(payments.table.rows()).toHaveLength(1)
  })

  test('that is away answers nothing, inside and outside transactions', async () => {
    const { transactions, answers, outbox } = createFakePorts()
    transactions.away = true

    await expect(transactions.run('rows', async () => 1)).rejects.toThrow(DependencyUnavailableError)
    await expect(answers.find('shop', 'key-1')).rejects.toThrow(DependencyUnavailableError)
    await expect(outbox.shardsWaiting(0, 0)).rejects.toThrow(DependencyUnavailableError)
  })

  // MariaDB would lock it then; a use case that has not read it under its lock may overwrite what another has written.
  test('refuses to update a payment that nobody has locked', async () => {
    const { transactions, payments } = createFakePorts()
    const payment = newPayment()
    await transactions.run('rows', tx => payments.insert(tx, payment))

    await expect(transactions.run('rows', tx => payments.update(tx, payment))).rejects.toThrow('is not locked')
  })
})

describe('fake ids', () => {
  test('have the form that the contract asks for, and grow', () => {
    const ids = createFakeIds(31)
    const made = [ids.payment(), ids.payment()]

    expect(paymentId.safeParse(made[0]).success).toBe(true)
    expect(operationId.safeParse(ids.operation()).success).toBe(true)
    expect(eventId.safeParse(ids.event()).success).toBe(true)
    expect([...made].sort()).toEqual(made)
  })
})

/** How long bulk work rests between its transactions. */
import { describe, expect, test } from '@jest/globals'
import type { Transaction } from '../payments/ports.ts'
import { pacedTransactions } from './paced-transactions.ts'

/** A clock that only moves when somebody works or sleeps. */
function standing() {
  const slept: number[] = []
  let nowMs = 1_000
  const clock = { nowMs: () => nowMs, sleep: async (ms: number) => void slept.push(ms) }
  const works = (ms: number) => async () => {
    nowMs += ms
    return 'done'
  }
  return { clock, slept, works }
}

const plain = { areSeparate: true as const, run: <T>(_: string, work: (tx: Transaction) => Promise<T>) => work(null!) }

describe('pacedTransactions', () => {
  test('rests as long as the transaction took when half of the time is to be worked', async () => {
    const { clock, slept, works } = standing()
    const paced = pacedTransactions(plain, { clock, workPercent: 50 })
    expect(await paced.run('file', works(120))).toBe('done')
    await paced.run('file', works(30))
    expect(slept).toEqual([120, 30])
  })

  test('rests three times as long for a quarter, and never at 100', async () => {
    const { clock, slept, works } = standing()
    await pacedTransactions(plain, { clock, workPercent: 25 }).run('file', works(100))
    await pacedTransactions(plain, { clock, workPercent: 100 }).run('file', works(100))
    expect(slept).toEqual([300])
  })

  test('rests after a transaction that failed, too, and throws what it threw', async () => {
    const { clock, slept, works } = standing()
    const failing = async () => {
      await works(40)()
      throw new Error('away')
    }
    await expect(pacedTransactions(plain, { clock, workPercent: 50 }).run('file', failing)).rejects.toThrow('away')
    expect(slept).toEqual([40])
  })
})

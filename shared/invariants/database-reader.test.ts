/** The database read in slices: every payment once and in order, the next slice while one is judged, and its error when its turn comes. */
import { describe, expect, test } from '@jest/globals'
import { DatabaseReader, type Query } from './database-reader.ts'

const COUNT = 2_500
const idOf = (index: number): string => `pay_${String(index).padStart(26, '0')}`
const LAST_OF_FIRST_SLICE = idOf(1_000)

/** A database of payments alone. `fails` says which statement does. */
function readerOver(statements: string[], fails: (after: unknown) => boolean = () => false): DatabaseReader {
  const query: Query = async (sql, values) => {
    if (!sql.startsWith('SELECT * FROM payment ')) return []
    const [after, limit] = values as [string, number]
    statements.push(after)
    if (fails(after)) throw new Error('the database is away')
    const all = Array.from({ length: COUNT }, (_, index) => ({ payment_id: idOf(index + 1) }))
    return all.filter(({ payment_id }) => payment_id > after).slice(0, limit)
  }
  return new DatabaseReader(query)
}

describe('every payment', () => {
  test('comes once, in order', async () => {
    const found: string[] = []
    for await (const { paymentId } of readerOver([]).histories()) found.push(paymentId)
    expect(found).toEqual(Array.from({ length: COUNT }, (_, index) => idOf(index + 1)))
  })

  test('of the next slice is read before those of this one are judged', async () => {
    const statements: string[] = []
    const histories = readerOver(statements).histories()
    await histories.next()
    expect(statements).toEqual(['', LAST_OF_FIRST_SLICE])
  })

  test('of a whole slice is handed on before the error of the next one', async () => {
    const found: string[] = []
    const read = async () => {
      const histories = readerOver([], after => after === LAST_OF_FIRST_SLICE).histories()
      for await (const { paymentId } of histories) found.push(paymentId)
    }
    await expect(read()).rejects.toThrow('the database is away')
    expect(found.at(-1)).toBe(LAST_OF_FIRST_SLICE)
  })
})

test('rows of no payment come in slices, too, however many there are', async () => {
  const orphans = Array.from({ length: 45_000 }, (_, index) => idOf(index + 1))
  const lengths: number[] = []
  const query: Query = async (sql, values) => {
    if (!sql.includes('FROM recon_expectation')) return []
    const [after, limit] = values as [string, string | number | undefined]
    const left = orphans.filter(paymentId => paymentId > after)
    const found = typeof limit === 'number' ? left.slice(limit, limit + 1) : left.filter(id => !limit || id <= limit)
    lengths.push(found.length)
    return found.map(paymentId => ({ payment_id: paymentId, expectation_id: `exp_${paymentId}` }))
  }
  const found: string[] = []
  for await (const { paymentId, payment } of new DatabaseReader(query).histories())
    found.push(`${paymentId} ${payment}`)

  expect(found).toEqual(orphans.map(paymentId => `${paymentId} null`))
  expect(Math.max(...lengths)).toBe(20_001)
})

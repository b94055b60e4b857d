/** Days are whole, however many batches each has. */
import { describe, expect, test } from '@jest/globals'
import { batchOf, FakeSettlementReader } from './fake-settlements.ts'
import { sumBatchDays } from './sum-batch-days.ts'

const dayOf = (number: number): string => new Date(Date.UTC(2026, 0, 1 + number)).toISOString().slice(0, 10)

/** So many days from January 2026 on, with so many batches of 1 each. */
function readerOf({ days, perDay }: { days: number; perDay: number }) {
  const settlementReader = new FakeSettlementReader()
  for (let day = 0; day < days; day++)
    for (let number = 0; number < perDay; number++)
      settlementReader.batches.push(batchOf(day * perDay + number, { periodEnd: dayOf(day), netMinor: 1 }))
  return settlementReader
}

describe('sumBatchDays', () => {
  test.each([1, 9, 10, 33, 250])('has 14 whole days of %i batches, and says where the others begin', async perDay => {
    const settlementReader = readerOf({ days: 15, perDay })
    const { items, earlierTo } = await sumBatchDays({ settlementReader }, { merchantId: 'shop' })

    expect(items.map(({ day }) => day)).toEqual(Array.from({ length: 14 }, (_, number) => dayOf(14 - number)))
    expect(new Set(items.map(({ net, batchCount }) => `${net} ${batchCount}`))).toEqual(
      new Set([`${perDay} ${perDay}`]),
    )
    expect(earlierTo).toBe(dayOf(0))
    expect((await sumBatchDays({ settlementReader }, { merchantId: 'shop', to: dayOf(0) })).items).toMatchObject([
      { day: dayOf(0), net: String(perDay) },
    ])
  })

  test('says that there are no others', async () => {
    const { items, earlierTo } = await sumBatchDays(
      { settlementReader: readerOf({ days: 14, perDay: 8 }) },
      { merchantId: 'shop' },
    )
    expect([items.length, earlierTo]).toEqual([14, null])
  })
})

import { describe, expect, test } from '@jest/globals'
import type { ExportView } from '../../../../shared/contracts/routes/export-entries.ts'
import { type CsvWords, exportCsv, fileNameOf } from './entries-csv.ts'

const words: CsvWords = {
  ...{
    recorded: 'Recorded',
    occurred: 'Moved',
    occurredVirtual: 'Moved (virtual)',
    type: 'Type',
    counterAccount: 'Other account',
    debit: 'Debit',
  },
  ...{ credit: 'Credit', balance: 'Balance', currency: 'Currency', payment: 'Payment', subject: 'Of' },
  ...{ event: 'Event', entry: 'Entry', opening: 'opening balance' },
}
const TIME = '2026-11-22T06:00:00.123Z'

const entry = (given: Partial<ExportView['entries'][number]> = {}): ExportView['entries'][number] => ({
  ...{ entryId: 'led_1', type: 'capture', amount: 1_999, currency: 'USD', recordedAt: TIME, occurredAt: TIME },
  ...{ eventId: 'evt_1', paymentId: 'pay_1', subjectId: null, batchId: null, side: 'debit', counterAccount: 'cash' },
  ...{ balance: '-5', provisional: false },
  ...given,
})

const part = (given: Partial<ExportView> = {}): ExportView => ({
  ...{ account: 'cash', currency: 'USD', from: TIME, to: TIME, entryCount: 2, tooMany: false },
  ...{ openingBalance: '-2004', entries: [], nextCursor: null },
  ...given,
})

/** Gives these parts, and says by which cursors it was asked. */
function asking(...parts: ExportView[]) {
  const cursors: Array<string | undefined> = []
  const ask = async (cursor: string | undefined) => {
    cursors.push(cursor)
    return parts[cursors.length - 1]!
  }
  return { ask, cursors }
}

describe('the CSV file of an account', () => {
  test('has heads, the balance before, and a row for each entry of all parts, in the currency’s own unit', async () => {
    const { ask, cursors } = asking(
      part({ entries: [entry()], nextCursor: 'next' }),
      part({ entries: [entry({ side: 'credit', balance: '-2004' })] }),
    )
    const told: number[][] = []
    const exported = await exportCsv(ask, words, (...progress) => told.push(progress))

    expect(exported).toEqual({
      kind: 'file',
      entryCount: 2,
      text: [
        '\uFEFFRecorded,Moved,Type,Other account,Debit,Credit,Balance,Currency,Payment,Of,Event,Entry',
        `${TIME},,opening balance,,,,-20.04,USD,,,,`,
        `${TIME},${TIME},capture,cash,19.99,,-0.05,USD,pay_1,,evt_1,led_1`,
        `${TIME},${TIME},capture,cash,,19.99,-20.04,USD,pay_1,,evt_1,led_1`,
        '',
      ].join('\r\n'),
    })
    expect(cursors).toEqual([undefined, 'next'])
    expect(told).toEqual([
      [1, 2],
      [2, 2],
    ])
  })

  test('says that the times of moving are virtual once a part has one that is ahead', async () => {
    const ahead = entry({ occurredAt: '2026-11-23T06:00:00.123Z' })
    const { ask } = asking(part({ entries: [entry()], nextCursor: 'next' }), part({ entries: [ahead] }))
    const exported = await exportCsv(ask, words, () => undefined)
    expect(exported).toMatchObject({ text: expect.stringMatching(/^\uFEFFRecorded,Moved \(virtual\),Type,/) })
  })

  test.each(['=1+1', '+1', '-1', '@SUM(A1)'])('guards a spreadsheet against %s', async text => {
    const { ask } = asking(part({ entries: [entry({ counterAccount: text })] }))
    const exported = await exportCsv(ask, words, () => undefined)
    expect(exported).toMatchObject({ text: expect.stringContaining(`,'${text},`) })
  })

  test('quotes what would end a cell or a row', async () => {
    const { ask } = asking(part({ entries: [entry({ counterAccount: 'merchant_payable:a,"b"' })] }))
    const exported = await exportCsv(ask, words, () => undefined)
    expect(exported).toMatchObject({ text: expect.stringContaining(',"merchant_payable:a,""b""",') })
  })

  test('is none when there are too many entries, or a part does not come', async () => {
    const { ask } = asking(part({ tooMany: true, entryCount: 100_001 }))
    expect(await exportCsv(ask, words, () => undefined)).toEqual({ kind: 'too_many', entryCount: 100_001 })
    const away = () => Promise.reject(new Error('away'))
    await expect(exportCsv(away, words, () => undefined)).rejects.toThrow('away')
  })

  test('has a name that every file system takes', () => {
    expect(fileNameOf('merchant_payable:a/b?c', 'KRW', '2026-11-22-2026-11-30')).toBe(
      'merchant_payable_a_b_c-KRW-2026-11-22-2026-11-30.csv',
    )
  })
})

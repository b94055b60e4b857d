/** The acquirer's settlement files, as they should be and as they should not. */
import { describe, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { settlementFileOf } from '../../sandbox/acquirer/settlement-file.ts'
import { bytesOf, readAll } from '../../test/unit/read-recon-file.ts'
import { fakeSources } from '../reconciliation/fake-recon.ts'
import { readAcquirerCsv } from './acquirer-csv.ts'

const HEADER = 'line,kind,reference,sold_on,currency,amount,fee,vat,net'
const CAPTURE = '1,capture,op_1,2026-11-27,KRW,10000,150,15,9835'
const REFUND = '2,refund,op_2,2026-11-27,KRW,-4000,-60,-6,-3934'
const TOTAL = '2,total,ACQ-20261127-KRW,2026-11-27,KRW,6000,90,9,5901'

const read = (bytes: string | Uint8Array | AsyncIterable<Uint8Array>, name = 'ACQ-20261127-KRW-r1.csv') =>
  readAll(readAcquirerCsv, bytes, { name, source: fakeSources[0]!, dueOn: () => '2026-12-01', closings: [] })

const rows = (...lines: string[]): string => `${lines.join('\n')}\n`
const whole = rows(HEADER, CAPTURE, REFUND, TOTAL)

/** Lines whose hash and place are left out. */
const bare = ({ lines }: Awaited<ReturnType<typeof read>>) =>
  lines.map(({ matchKey, kind, amountMinor, feeMinor, vatMinor, netMinor }) =>
    [matchKey, kind, amountMinor, feeMinor, vatMinor, netMinor].join(' '),
  )

describe('a settlement file', () => {
  test('is read line by line, and says its batch, day and sums', async () => {
    const { lines, file } = await read(whole)
    expect(lines[0]).toEqual({
      ...{ lineKey: 'ACQ-20261127-KRW:1', contentHash: expect.stringMatching(/^[0-9a-f]{32}$/), matchKey: 'op_1' },
      ...{ kind: 'capture', amountMinor: 10_000, feeMinor: 150, vatMinor: 15, netMinor: 9_835, currency: 'KRW' },
      ...{ batchRef: 'ACQ-20261127-KRW', bookedOn: '2026-11-27', valueOn: '2026-12-01' },
      ...{ partyAccount: null, remittance: null },
    })
    expect(lines[1]).toMatchObject({ kind: 'refund', amountMinor: -4_000, netMinor: -3_934 })
    expect(file).toEqual({
      ...{ externalId: 'ACQ-20261127-KRW', revision: 1, day: '2026-11-27', dueOn: '2026-12-01' },
      totals: [{ currency: 'KRW', lineCount: 2, netMinor: 5_901, openingMinor: null, closingMinor: null }],
    })
  })

  test('is that of the sandbox acquirer, in a currency with three decimals, with a carried batch', async () => {
    const line = { soldOn: '2026-11-26', feeMinor: 150n, vatMinor: 15n }
    const text = settlementFileOf({
      ...{ batch: 'ACQ-20261127-KWD', day: '2026-11-27', currency: 'KWD' },
      lines: [
        {
          ...line,
          kind: 'carry',
          reference: 'ACQ-20261126-KWD',
          amountMinor: -5n,
          feeMinor: 0n,
          vatMinor: 0n,
          netMinor: -5n,
        },
        { ...line, kind: 'capture', reference: 'op_1', amountMinor: 10_000n, netMinor: 9_835n },
      ],
    })
    expect(bare(await read(text, 'ACQ-20261127-KWD-r12.csv'))).toEqual([
      'ACQ-20261126-KWD carry -5 0 0 -5',
      'op_1 capture 10000 150 15 9835',
    ])
  })

  test.each([
    ['a byte order mark', `\uFEFF${whole}`],
    ['CRLF', whole.replaceAll('\n', '\r\n')],
    ['quotes', whole.replace('op_1', '"op_1"').replace('10000', '"10000"')],
    ['no line break at its end', whole.slice(0, -1)],
    ['empty lines', whole.replaceAll('\n', '\n\n')],
    ['columns of its own behind ours', whole.replaceAll(/(?<=[^\n])\n/g, ',메모\n')],
  ])('may have %s', async (_, text) => {
    expect(await read(text)).toEqual(await read(whole))
  })

  test('may be in CP949', async () => {
    const [first, second, third, last] = [HEADER, CAPTURE, REFUND, TOTAL].map(row => Buffer.from(`${row},`))
    // 메모, and 똠, which only CP949 has.
    const text = (bytes: number[]) => Buffer.from([...bytes, 0x0a])
    const memo = text([0xb8, 0xde, 0xb8, 0xf0])
    const file = Buffer.concat([first!, memo, second!, text([0x8c, 0x63]), third!, memo, last!, memo])
    expect(await read(file)).toEqual(await read(whole))
  })

  test('is the same whichever way its bytes are cut', async () => {
    const quoted = Buffer.from(`\uFEFF${whole.replace('op_1', '"op_1"').replaceAll('\n', ',"메모, 더"\r\n')}`)
    const korean = Buffer.concat([
      Buffer.from(`${HEADER},`),
      Buffer.from([0xc2, 0xa5, 0x8c, 0x63]),
      Buffer.from(`\n${whole.slice(HEADER.length + 1)}`),
    ])
    const expected = await read(whole)
    for (const bytes of [quoted, korean])
      await fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 30 }), async cuts => {
          expect(await read(bytesOf(bytes, cuts))).toEqual(expected)
        }),
        { numRuns: 60, seed: 7 },
      )
  })

  test('has the same hash for the same content only', async () => {
    const hashes = async (text: string) => (await read(text)).lines.map(({ contentHash }) => contentHash)
    const [one, other] = await hashes(whole)
    const twice = rows(
      HEADER,
      CAPTURE,
      CAPTURE.replace('1,', '2,'),
      '2,total,ACQ-20261127-KRW,2026-11-27,KRW,20000,300,30,19670',
    )
    const [first, second] = await hashes(twice)
    expect([first, second]).toEqual([one, one])
    expect(other).not.toBe(one)
    const [later] = await hashes(whole.replace('op_1,2026-11-27', 'op_1,2026-11-26'))
    expect(later).not.toBe(one)
  })
})

const changed = (row: string, from: string, to: string) => whole.replace(row, row.replace(from, to))

describe('a file that is wrong', () => {
  test.each([
    ['is empty', '', 'line 1: the file has no total row, it is cut off: fetch it again'],
    ['is another file', 'a,b\n1,2\n', 'line 1: the header must be line,kind'],
    ['has a short row', changed(CAPTURE, ',9835', ''), 'line 2: the row has 8 fields of 9'],
    ['has a kind of its own', changed(CAPTURE, 'capture', 'bonus'), 'line 2: the kind "bonus" is not known'],
    ['counts wrongly', changed(REFUND, '2,', '3,'), 'line 3: the line is numbered "3", and 2 comes next'],
    ['begins with another line', changed(CAPTURE, '1,', '0,'), 'line 2: the line is numbered "0", and 1 comes next'],
    ['has another net', changed(CAPTURE, '9835', '9836'), 'line 2: the net 9836 is not 10000 − 150 − 15'],
    [
      'has decimals where there are none',
      changed(CAPTURE, '10000', '10000.00'),
      'line 2: 10000.00 has 2 decimals, and KRW has 0',
    ],
    ['has no amount', changed(CAPTURE, '10000', '1e4'), 'line 2: "1e4" is no amount'],
    ['has an amount with commas', changed(CAPTURE, '10000', '"10,000"'), 'line 2: "10,000" is no amount'],
    ['has an amount above all bounds', changed(CAPTURE, '10000', '9'.repeat(16)), 'is more than can be kept'],
    ['has two currencies', changed(REFUND, 'KRW', 'USD'), 'line 3: the currency is "USD", and the batch is in KRW'],
    ['has no day', changed(CAPTURE, '2026-11-27', '2026-02-30'), 'line 2: "2026-02-30" is no day'],
    ['has no reference', changed(CAPTURE, 'op_1', ''), 'line 2: "" is no operation'],
    ['has a reference that is no ASCII', changed(CAPTURE, 'op_1', '주문'), 'line 2: "주문" is no operation'],
    [
      'has a refund that is positive',
      changed(REFUND, '-4000,-60,-6,-3934', '4000,60,6,3934'),
      'line 3: a refund of 4000 has the wrong sign',
    ],
    [
      'has a capture that is negative',
      changed(CAPTURE, '10000,150,15,9835', '-1,0,0,-1'),
      'line 2: a capture of -1 has the wrong sign',
    ],
    ['has no total', rows(HEADER, CAPTURE, REFUND), 'line 3: the file has no total row, it is cut off'],
    ['goes on after its total', rows(HEADER, CAPTURE, REFUND, TOTAL, TOTAL), 'line 5: a row comes after the total'],
    ['counts other lines', changed(TOTAL, '2,', '3,'), 'line 4: line of the total is "3", but 2 lines are there'],
    ['is another batch', changed(TOTAL, '1127', '1128'), 'line 4: reference of the total is "ACQ-20261128-KRW"'],
    ['is of another day', changed(TOTAL, '2026-11-27', '2026-11-28'), 'line 4: sold_on of the total is "2026-11-28"'],
    [
      'has another amount',
      changed(TOTAL, '6000', '6001'),
      'line 4: amount of the total is 6001, but the lines sum to 6000',
    ],
    ['has another fee', changed(TOTAL, ',90,', ',91,'), 'line 4: fee of the total is 91, but the lines sum to 90'],
    ['has another VAT', changed(TOTAL, ',9,', ',8,'), 'line 4: vat of the total is 8, but the lines sum to 9'],
    [
      'has another net in all',
      changed(TOTAL, '5901', '5900'),
      'line 4: net of the total is 5900, but the lines sum to 5901',
    ],
    ['has a quote that is not closed', changed(CAPTURE, 'op_1', '"op_1'), 'a quote is not closed'],
    ['has a quote in a field', changed(CAPTURE, 'op_1', 'op"1'), 'line 2: is no CSV'],
    [
      'has a row that never ends',
      rows(HEADER, `1,capture,"${'x'.repeat(20_000)}`),
      'a row has more than 16384 characters',
    ],
  ])('when it %s', async (_, text, message) => {
    await expect(read(text)).rejects.toThrow(message)
    await expect(read(text)).rejects.toThrow(expect.objectContaining({ name: 'ReconFileError' }))
  })

  test.each([
    'settlements.csv',
    'ACQ-20261127-KRW.csv',
    'ACQ-20261127-KRW-r0.csv',
    'ACQ-20261327-KRW-r1.csv',
    'ACQ-20261127-XXX-r1.csv',
  ])('when it is called %s', async name => {
    await expect(read(whole, name)).rejects.toThrow(expect.objectContaining({ name: 'ReconFileError' }))
  })

  test('when it is neither UTF-8 nor CP949', async () => {
    await expect(read(Buffer.concat([Buffer.from(whole), Buffer.from([0xff, 0x20])]))).rejects.toThrow(
      'the file is neither in UTF-8 nor in CP949',
    )
  })
})

test('reading that fails is no fault of the file', async () => {
  async function* broken(): AsyncGenerator<Uint8Array, void, void> {
    yield Buffer.from(HEADER)
    throw new Error('the disk is away')
  }
  await expect(read(broken())).rejects.toThrow('the disk is away')
})

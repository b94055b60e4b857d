/** Lines of an acquirer: their states, what is booked, the breaks and the batches, with tables in memory. */
import { describe, expect, test } from '@jest/globals'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { createMatchingPorts, expectIn, type FakeMatchingPorts, receiveIn } from './fake-matching.ts'
import { matchFiles, nextChunkLines } from './match-files.ts'
import { openBreaks } from './open-breaks.ts'
import { countLate } from './resolve-late.ts'

const NO_END = Number.POSITIVE_INFINITY
const NEXT = { batchRef: 'ACQ-20260105-KRW', day: '2026-01-05' }
const carry = (amountMinor: number) => ({
  ...{ matchKey: 'ACQ-20260102-KRW', kind: 'carry' as const, amountMinor, feeMinor: 0, vatMinor: 0 },
})

const statesOf = async (ports: FakeMatchingPorts, fileId: string) =>
  (await ports.reconLines.list(fileId, { afterLine: 0, limit: 100 })).map(({ state, expectationId }) =>
    expectationId === null ? state : `${state} settles`,
  )

const breaksOf = ({ breaks }: FakeMatchingPorts) =>
  breaks.table.rows().map(row => [row.lineNo, row.class, row.bookedMinor, row.remainingMinor, row.state])

const batchesOf = ({ matching }: FakeMatchingPorts) =>
  matching.batches.rows().map(row => [row.batchRef, row.netMinor, row.allocatedMinor])

/** AR is closed, CIT is what the batches have left, SUS is what the breaks hold. */
function balancesOf(ports: FakeMatchingPorts) {
  const { reconLedger, matching, breaks } = ports
  const sum = (amounts: readonly number[]) => amounts.reduce((total, amount) => total + amount, 0)
  const settled = matching.expectationTable.rows().filter(({ state }) => state === 'SETTLED')
  const left = matching.batches.rows().map(row => row.netMinor - row.allocatedMinor - row.movedMinor)
  return {
    books: ['acquirer_receivable', 'cash_in_transit', 'recon_suspense'].map(name =>
      sum(['KRW', 'USD'].map(currency => reconLedger.balanceMinor(name, currency))),
    ),
    rows: [
      0 - sum(settled.map(({ amountMinor }) => amountMinor)),
      sum(left),
      sum(breaks.table.rows().map(({ remainingMinor }) => remainingMinor)),
    ],
  }
}

const expectBalanced = (ports: FakeMatchingPorts) => {
  const { books, rows } = balancesOf(ports)
  expect(books).toEqual(rows)
}

describe('matchAcquirerChunk', () => {
  test('a line that fits settles its expectation; net, expected fee and VAT are booked once a currency', async () => {
    const ports = createMatchingPorts()
    for (const key of ['op_1', 'op_2']) await expectIn(ports, key)
    await expectIn(ports, 'op_3', { currency: 'USD' })
    const fileId = await receiveIn(ports, [
      { matchKey: 'op_1' },
      { matchKey: 'op_2' },
      { matchKey: 'op_3', currency: 'USD' },
    ])
    expect(await matchFiles(ports, NO_END)).toEqual({ files: 1, lines: 3, late: 0 })

    expect(await statesOf(ports, fileId)).toEqual(['MATCHED settles', 'MATCHED settles', 'MATCHED settles'])
    const events = ports.outbox.table.rows().map(({ payload }) => JSON.parse(payload))
    expect(events).toMatchObject([
      { eventType: 'recon.chunk-booked', sequence: 2, chunk: { currency: 'KRW', net: 19_670, fee: 300, vat: 30 } },
      { eventType: 'recon.chunk-booked', sequence: 3, chunk: { currency: 'USD', fromLine: 1, toLine: 3, net: 9_835 } },
    ])
    expect(ports.reconLedger.table.rows().map(({ subjectId }) => subjectId)).toEqual(Array(6).fill(fileId))
    expect(await ports.reconFiles.find(fileId)).toMatchObject({ state: 'DONE', matchedTo: 3, eventCount: 3 })
    expectBalanced(ports)
  })

  test('each class is a break with what does not fit', async () => {
    const ports = createMatchingPorts()
    for (const key of ['op_1', 'op_2', 'op_3', 'op_4', 'op_5', 'op_6']) await expectIn(ports, key)
    ports.matching.operations.set('op_7 capture', 'DECLINED')
    const fileId = await receiveIn(ports, [
      { matchKey: 'op_1' },
      { matchKey: 'op_1' },
      { matchKey: 'op_2', amountMinor: 9_000 },
      { matchKey: 'op_3', amountMinor: 10_500 },
      { matchKey: 'op_4', feeMinor: 250 },
      { matchKey: 'op_5', valueOn: '2026-01-09' },
      { matchKey: 'op_6', currency: 'USD' },
      { matchKey: 'op_7' },
      { matchKey: 'op_8' },
    ])
    await matchFiles(ports, NO_END)

    expect(breaksOf(ports)).toEqual([
      [2, 'DUPLICATE', -9_835, -9_835, 'OPEN'],
      [3, 'AMOUNT_UNDER', 1_000, 1_000, 'OPEN'],
      [4, 'AMOUNT_OVER', -500, -500, 'OPEN'],
      [5, 'FEE', 100, 100, 'OPEN'],
      [6, 'DATE', 0, 0, 'OPEN'],
      [7, 'CURRENCY', -9_835, -9_835, 'OPEN'],
      [8, 'STATUS', -9_835, -9_835, 'OPEN'],
      [9, 'MISSING_HERE', -9_835, -9_835, 'OPEN'],
    ])
    expect(ports.reconAlarms.told).toEqual([[8, 'DECLINED']])
    expect((await statesOf(ports, fileId)).filter(state => state.endsWith('settles'))).toHaveLength(5)
    const [first] = ports.breaks.table.rows()
    expect(first).toMatchObject({
      subject: `${fileId}:2`,
      fileId,
      batchRef: 'ACQ-20260102-KRW',
      openedOn: '2026-01-02',
    })
  })

  test('what was given up is missing here when it comes', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1', { state: 'SETTLED' })
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    await matchFiles(ports, NO_END)
    expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', -9_835, -9_835, 'OPEN']])
  })

  test('what is given up at this moment is missing here, too', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1', { state: 'OVERDUE' })
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    const { lockMissing } = ports.matching
    ports.matching.lockMissing = async (tx, found) => {
      await ports.matching.expectationTable.update(tx, 'exp_op_1', row => ({ ...row, state: 'SETTLED' }))
      return lockMissing.call(ports.matching, tx, found)
    }
    await matchFiles(ports, NO_END)
    expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', -9_835, -9_835, 'OPEN']])
  })

  test('the same line again books nothing, with other content new − old', async () => {
    const ports = createMatchingPorts()
    for (const key of ['op_1', 'op_2']) await expectIn(ports, key)
    await receiveIn(ports, [{ matchKey: 'op_1' }, { matchKey: 'op_2' }])
    const second = await receiveIn(ports, [{ matchKey: 'op_1' }, { matchKey: 'op_2', amountMinor: 10_700 }], {
      revision: 2,
    })
    await matchFiles(ports, NO_END)

    expect(await statesOf(ports, second)).toEqual(['REPEATED', 'BROKEN'])
    expect(breaksOf(ports)).toEqual([[2, 'AMENDED', -700, -700, 'OPEN']])
    expect(batchesOf(ports)).toEqual([['ACQ-20260102-KRW', 2 * 9_835 + 700, 0]])
    expectBalanced(ports)
  })

  test('an amount in another currency is no amendment', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    await receiveIn(ports, [{ matchKey: 'op_1', currency: 'USD' }], { revision: 2 })
    await matchFiles(ports, NO_END)
    expect(breaksOf(ports)).toEqual([[1, 'DUPLICATE', -9_835, -9_835, 'OPEN']])
  })

  test('a carry empties a negative batch into another; one that does not fit is missing here', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1', { kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 })
    await receiveIn(ports, [{ matchKey: 'op_1', kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 }])
    const fileId = await receiveIn(ports, [carry(-3_900), carry(-3_934), carry(-3_934)], NEXT)
    await matchFiles(ports, NO_END)

    expect(await statesOf(ports, fileId)).toEqual(['BROKEN', 'MATCHED', 'BROKEN'])
    expect(breaksOf(ports)).toEqual([
      [1, 'MISSING_HERE', 3_900, 3_900, 'OPEN'],
      [3, 'MISSING_HERE', 3_934, 3_934, 'OPEN'],
    ])
    expect(batchesOf(ports)).toEqual([
      ['ACQ-20260102-KRW', -3_934, -3_934],
      ['ACQ-20260105-KRW', -3_900 - 3_934 - 3_934, 0],
    ])
    expectBalanced(ports)
  })
})

/** As `age-breaks` does it; of the acquirer's batches the bank's jobs know. */
const missBatch = (ports: FakeMatchingPorts, batchRef: string, leftMinor: number) =>
  ports.transactions.run('missing', tx =>
    openBreaks(ports, tx, [
      {
        ...{ subject: `acquirer:${batchRef}:KRW`, class: 'MISSING_THERE', sourceId: 'bank-operating', batchRef },
        ...{ currency: 'KRW', openedOn: '2026-01-09', movements: [] },
        differences: { amount: { expected: leftMinor, found: 0 }, dueOn: '2026-01-06' },
      },
    ]),
  )

describe('a negative batch that was missed', () => {
  const refund = { matchKey: 'op_1', kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 } as const

  test.each(['before', 'after'])('is no longer when its carry comes %s it', async order => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1', refund)
    if (order === 'after') await receiveIn(ports, [carry(-3_934)], NEXT)
    await matchFiles(ports, NO_END)
    await receiveIn(ports, [refund])
    if (order === 'before') await matchFiles(ports, NO_END)
    await missBatch(ports, 'ACQ-20260102-KRW', -3_934)
    if (order === 'before') await receiveIn(ports, [carry(-3_934)], NEXT)
    await matchFiles(ports, NO_END)

    const missed = ports.breaks.table.rows().find(({ class: name }) => name === 'MISSING_THERE')
    expect(missed).toMatchObject({ state: 'RESOLVED', bookedMinor: 0, version: 1 })
    expect(await ports.breaks.listActions(missed!.breakId)).toMatchObject([
      { actor: 'system', action: 'arrived', reason: 'its carry came; it was due on 2026-01-06', eventId: null },
    ])
    expect(batchesOf(ports)).toContainEqual(['ACQ-20260102-KRW', -3_934, -3_934])
    expectBalanced(ports)
  })
})

describe('matchFiles', () => {
  test('what failed here and is settled there is told once, although its transaction was run again', async () => {
    const ports = createMatchingPorts()
    ports.matching.operations.set('op_1 capture', 'DECLINED')
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    const run: typeof ports.transactions.run = async (subject, work) => {
      const undone = ports.transactions.run(subject, async tx => {
        await work(tx)
        expect(ports.reconAlarms.told).toEqual([])
        throw new Error('rolled back')
      })
      await expect(undone).rejects.toThrow('rolled back')
      return ports.transactions.run(subject, work)
    }
    await matchFiles({ ...ports, transactions: { areSeparate: true, run } }, NO_END)

    expect(breaksOf(ports)).toEqual([[1, 'STATUS', -9_835, -9_835, 'OPEN']])
    expect(ports.reconAlarms.told).toEqual([[1, 'DECLINED']])
  })

  test('a file is matched once, whoever matches it and in whatever order they are served', async () => {
    for (let seed = 1; seed <= 20; seed++) {
      const db = new FakeDatabase(shuffledTurns(seed))
      const one = createMatchingPorts(db, { seed })
      const keys = ['op_1', 'op_2', 'op_3', 'op_4', 'op_5']
      for (const key of keys) await expectIn(one, key)
      await receiveIn(
        one,
        keys.map(matchKey => ({ matchKey })),
      )
      const done = await Promise.all([matchFiles(one, NO_END, 2), matchFiles(one, NO_END, 2)])

      expect(done[0].lines + done[1].lines).toBe(5)
      expect(done[0].files + done[1].files).toBe(1)
      expect(one.reconLedger.balanceMinor('cash_in_transit')).toBe(5 * 9_835)
      expectBalanced(one)
    }
  })

  test('a commit that was not heard of changes nothing the second time', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    await receiveIn(ports, [{ matchKey: 'op_1' }, { matchKey: 'op_2' }])
    ports.transactions.failNextCommit('after')
    await expect(matchFiles(ports, NO_END)).rejects.toThrow('unheard')
    expect(await matchFiles(ports, NO_END)).toEqual({ files: 0, lines: 0, late: 0 })
    expect(breaksOf(ports)).toHaveLength(1)
    expectBalanced(ports)
  })

  test('files of a source go by their days, and one that was rejected holds up nothing', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    const later = await receiveIn(ports, [{ matchKey: 'op_1' }], NEXT)
    const first = await receiveIn(ports, [{ matchKey: 'op_1' }])
    const rejected = await receiveIn(ports, [], { batchRef: 'ACQ-20260101-KRW', day: '2026-01-01' })
    await ports.transactions.run('reject', async tx => {
      const file = await ports.reconFiles.lock(tx, rejected)
      await ports.reconFiles.update(tx, { ...file!, state: 'REJECTED' })
    })
    expect(await matchFiles(ports, NO_END)).toMatchObject({ files: 2 })
    expect(await statesOf(ports, first)).toEqual(['MATCHED settles'])
    expect(await statesOf(ports, later)).toEqual(['BROKEN'])
  })

  test('a source whose chunk fails does not hold up the others, and is told of at the end', async () => {
    const ports = createMatchingPorts()
    const failing = { acquirer: () => Promise.reject(new Error('no such chunk')), bank: async () => 0 }
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    const fileId = await receiveIn(ports, [], { batchRef: 'statement' })
    await ports.transactions.run('file', async tx => {
      await ports.reconFiles.lock(tx, fileId)
      await ports.reconFiles.table.update(tx, fileId, row => ({ ...row, sourceId: 'bank-operating' }))
    })
    await expect(matchFiles({ ...ports, matchers: failing }, NO_END)).rejects.toThrow('no such chunk')
    expect(await ports.reconFiles.find(fileId)).toMatchObject({ state: 'DONE' })
  })

  test('a late pass that fails holds up no file and no other pass, and is told of at the end', async () => {
    const ports = createMatchingPorts()
    await expectIn(ports, 'op_1')
    const fileId = await receiveIn(ports, [{ matchKey: 'op_1' }, { matchKey: 'op_2' }])
    const failing = () => Promise.reject(new Error('no such pass'))
    const latePasses = [failing, ...ports.latePasses]
    await expect(matchFiles({ ...ports, latePasses }, NO_END)).rejects.toThrow('no such pass')
    expect(await statesOf(ports, fileId)).toEqual(['MATCHED settles', 'BROKEN'])
    await expectIn(ports, 'op_2')
    await expect(matchFiles({ ...ports, latePasses }, NO_END)).rejects.toThrow('no such pass')
    expect(await statesOf(ports, fileId)).toEqual(['MATCHED settles', 'BROKEN settles'])
  })

  test('files of a kind that nobody matches wait', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [])
    expect(await matchFiles({ ...ports, matchers: {} }, NO_END)).toEqual({ files: 0, lines: 0, late: 0 })
  })

  test('nothing begins after the deadline', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    expect(await matchFiles(ports, ports.clock.nowMs())).toEqual({ files: 0, lines: 0, late: 0 })
  })

  test.each([
    [1_000, 100, 2_000],
    [1_000, 300, 1_000],
    [4_000, 500, 2_000],
    [300, 500, 250],
  ])('a chunk of %d lines that took %d ms is followed by one of %d', (lines, tookMs, next) => {
    expect(nextChunkLines(lines, tookMs)).toBe(next)
  })
})

describe('what comes late', () => {
  test('an expectation resolves the break of its line, also of one that was pending', async () => {
    const ports = createMatchingPorts()
    ports.matching.operations.set('op_2 capture', 'PENDING')
    const fileId = await receiveIn(ports, [{ matchKey: 'op_1' }, { matchKey: 'op_2', amountMinor: 10_300 }])
    await matchFiles(ports, NO_END)
    for (const key of ['op_1', 'op_2']) await expectIn(ports, key)
    expect(await countLate(ports)).toBe(2)
    expect(await matchFiles(ports, NO_END)).toEqual({ files: 0, lines: 0, late: 2 })

    expect(breaksOf(ports)).toEqual([
      [1, 'MISSING_HERE', -9_835, 0, 'RESOLVED'],
      [2, 'STATUS', -10_135, -300, 'OPEN'],
    ])
    expect(await statesOf(ports, fileId)).toEqual(['BROKEN settles', 'BROKEN settles'])
    expect(ports.breaks.actions.rows()).toMatchObject([
      { actor: 'system', action: 'expected', target: 'exp_op_1', amountMinor: -9_835 },
      { actor: 'system', action: 'expected', target: 'exp_op_2', amountMinor: -9_835 },
    ])
    expect(await matchFiles(ports, NO_END)).toEqual({ files: 0, lines: 0, late: 0 })
    expectBalanced(ports)
  })

  test('an expectation in another currency resolves nothing', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    await matchFiles(ports, NO_END)
    await expectIn(ports, 'op_1', { currency: 'USD' })
    expect(await matchFiles(ports, NO_END)).toMatchObject({ late: 0 })
  })

  test('another line of the operation finds it settled', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [{ matchKey: 'op_1' }])
    await matchFiles(ports, NO_END)
    await expectIn(ports, 'op_1')
    await receiveIn(ports, [{ matchKey: 'op_1' }], NEXT)
    await matchFiles(ports, NO_END)
    expect(breaksOf(ports).map(([, name, , remaining]) => [name, remaining])).toEqual([
      ['MISSING_HERE', 0],
      ['DUPLICATE', -9_835],
    ])
  })

  test('a batch resolves the break of the carry that came before it', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [carry(-3_934)], NEXT)
    await matchFiles(ports, NO_END)
    await expectIn(ports, 'op_1', { kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 })
    await receiveIn(ports, [{ matchKey: 'op_1', kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 }])

    expect(await matchFiles(ports, NO_END)).toEqual({ files: 1, lines: 1, late: 1 })
    expect(breaksOf(ports)).toEqual([[1, 'MISSING_HERE', 3_934, 0, 'RESOLVED']])
    expect(batchesOf(ports)).toContainEqual(['ACQ-20260102-KRW', -3_934, -3_934])
    expectBalanced(ports)
  })

  test('a batch is not for a carry of which a person has resolved a part, and nobody waits for it', async () => {
    const ports = createMatchingPorts()
    await receiveIn(ports, [carry(-3_934)], NEXT)
    await matchFiles(ports, NO_END)
    await ports.transactions.run('part', async tx => {
      const { breakId } = ports.breaks.table.rows()[0]!
      const of = await ports.breaks.lock(tx, breakId)
      await ports.breaks.update(tx, { ...of!, remainingMinor: 1_000 })
    })
    await expectIn(ports, 'op_1', { kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 })
    await receiveIn(ports, [{ matchKey: 'op_1', kind: 'refund', amountMinor: -4_000, feeMinor: -60, vatMinor: -6 }])
    expect(await matchFiles(ports, NO_END)).toMatchObject({ late: 0 })
    expect(await countLate(ports)).toBe(0)
  })
})

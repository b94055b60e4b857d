/** Importing a file: all of it or nothing, once, whoever dies or imports beside it. */
import { describe, expect, test } from '@jest/globals'
import { reconEvent } from '../contracts/recon-events.ts'
import { FakeDatabase, shuffledTurns } from '../payments/fake-store.ts'
import { readers } from '../recon-files/readers.ts'
import { createImportPorts, type FakeImportPorts } from './fake-recon.ts'
import { type ImportRequest, importFile } from './import-file.ts'
import { rejectFile } from './reject-file.ts'

const NO_END = Number.POSITIVE_INFINITY
const CHUNK = 3
const BATCH = 'ACQ-20260102-KRW'
const HEADER = 'line,kind,reference,sold_on,currency,amount,fee,vat,net'

/** A settlement file of so many captures of 10,000, and a refund of 4,000 at the end. */
function csvOf(captures: number, { total = '', batch = BATCH } = {}): string {
  const lines = Array.from(
    { length: captures },
    (_, index) => `${index + 1},capture,op_${index + 1},2026-01-02,KRW,10000,150,15,9835`,
  )
  const count = captures + 1
  const sums = `${10_000 * captures - 4_000},${150 * captures - 60},${15 * captures - 6},${9_835 * captures - 3_934}`
  const refund = `${count},refund,op_r,2026-01-02,KRW,-4000,-60,-6,-3934`
  const last = total || `${count},total,${batch},2026-01-02,KRW,${sums}`
  return `${[HEADER, ...lines, refund, last].join('\n')}\n`
}

const portsOf = (db = new FakeDatabase(), seed = 0) => ({ ...createImportPorts(db, { seed }), readers })
type TestPorts = ReturnType<typeof portsOf>

const requestOf = (given: Partial<ImportRequest> = {}): ImportRequest => ({
  ...{ sourceId: 'acquirer', path: '/in', name: `${BATCH}-r1.csv`, again: false, deadlineMs: NO_END },
  ...given,
})

const take = (ports: TestPorts, given: Partial<ImportRequest> = {}) => importFile(ports, requestOf(given), CHUNK)

function withFile(text: string, path = '/in') {
  const ports = portsOf()
  ports.diskFiles.texts.set(path, text)
  return ports
}

const lineNumbers = ({ reconLines }: FakeImportPorts) =>
  reconLines.table
    .rows()
    .map(({ lineNo }) => lineNo)
    .sort((a, b) => a - b)
const onlyFile = ({ reconFiles }: FakeImportPorts) => reconFiles.table.rows()[0]!
const events = ({ outbox }: FakeImportPorts) =>
  outbox.table.rows().map(({ payload }) => reconEvent.parse(JSON.parse(payload)))

describe('importFile', () => {
  test('keeps every line, what the file says of itself, and tells of it once', async () => {
    const ports = withFile(csvOf(7))
    const imported = await take(ports)

    expect(imported).toMatchObject({ kind: 'imported', file: { state: 'PARSED', lineCount: 8, eventCount: 1 } })
    expect(onlyFile(ports)).toMatchObject({
      ...{ externalId: BATCH, revision: 1, day: '2026-01-02', dueOn: '2026-01-06', matchedTo: 0, failure: null },
      ...{ receivedAtMs: ports.clock.virtualNowMs(), doneAtMs: null },
    })
    expect(lineNumbers(ports)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(ports.reconLines.table.rows()[7]).toMatchObject({
      ...{ lineKey: `${BATCH}:8`, matchKey: 'op_r', kind: 'refund', amountMinor: -4_000, netMinor: -3_934 },
      ...{ batchRef: BATCH, bookedOn: '2026-01-02', valueOn: '2026-01-06', state: 'READ' },
    })
    expect(ports.reconFileTotals.table.rows()).toMatchObject([
      { currency: 'KRW', lineCount: 8, netMinor: 7 * 9_835 - 3_934, openingMinor: null },
    ])
    expect(events(ports)).toMatchObject([
      { eventType: 'recon.file-imported', sequence: 1, file: { externalId: BATCH, revision: 1, lineCount: 8 } },
    ])
    expect(ports.auditLog.table.rows()).toEqual([])
  })

  test('the same bytes change nothing, whatever they are called', async () => {
    const ports = withFile(csvOf(2))
    await take(ports)
    const before = ports.transactions.snapshot()
    expect(await take(ports, { name: 'other.csv', again: true })).toMatchObject({
      kind: 'known',
      file: { state: 'PARSED' },
    })
    expect(ports.transactions.snapshot()).toEqual(before)
  })

  test('a hand that imports is in the audit log, also when the file is refused', async () => {
    const ports = withFile(csvOf(1, { total: 'nothing' }))
    expect(await take(ports, { by: { actor: 'kim', reason: 'from the mail' } })).toMatchObject({ kind: 'rejected' })
    expect(ports.auditLog.table.rows()).toMatchObject([
      { actor: 'kim', action: 'recon-file.imported', subject: onlyFile(ports).fileId, reason: 'from the mail' },
    ])
  })

  test('an unknown source is told', async () => {
    expect(await take(withFile(''), { sourceId: 'nobody' })).toEqual({ kind: 'unknown_source' })
  })
})

describe('a file that is wrong', () => {
  const wrong = csvOf(8, { total: `9,total,${BATCH},2026-01-02,KRW,1,2,3,4` })

  test('is rejected whole, with the line and what to do', async () => {
    const ports = withFile(wrong)
    expect(await take(ports)).toMatchObject({
      kind: 'rejected',
      file: { state: 'REJECTED', lineCount: 0, revision: null },
    })
    expect(onlyFile(ports).failure).toMatch(/^line 11: amount of the total is 1, but the lines sum to 76000/)
    expect(lineNumbers(ports)).toEqual([])
    expect(ports.outbox.table.rows()).toEqual([])
  })

  test('stays rejected for jobs, and begins anew by hand, with its new name', async () => {
    const ports = withFile(csvOf(2))
    await take(ports, { name: 'wrong.csv' })
    expect(await take(ports)).toMatchObject({ kind: 'known', file: { state: 'REJECTED' } })
    expect(await take(ports, { again: true })).toMatchObject({ kind: 'imported', file: { name: `${BATCH}-r1.csv` } })
    expect(ports.reconFiles.table.rows()).toHaveLength(1)
  })

  test('does not take the revision of another file, and names it', async () => {
    const ports = withFile(csvOf(2))
    await take(ports)
    ports.diskFiles.texts.set('/other', csvOf(3))
    expect(await take(ports, { path: '/other' })).toMatchObject({
      kind: 'rejected',
      file: { failure: expect.stringContaining(`revision 1 of ${BATCH} was imported as ${onlyFile(ports).fileId}`) },
    })
    expect(await take(ports, { path: '/other', again: true, name: `${BATCH}-r2.csv` })).toMatchObject({
      kind: 'imported',
      file: { revision: 2 },
    })
  })

  test('whose lines are not deleted yet goes on being rejected', async () => {
    const ports = withFile(wrong)
    const { file } = (await take(ports, { deadlineMs: 0 })) as { file: { fileId: string } }
    expect(onlyFile(ports)).toMatchObject({ state: 'RECEIVED', lineCount: 0 })
    await ports.transactions.run('file', async tx => {
      const locked = (await ports.reconFiles.lock(tx, file.fileId))!
      await ports.reconFiles.update(tx, { ...locked, failure: 'line 2: a reason', lineCount: 20_000 })
    })
    expect(await rejectFile(ports, file.fileId, 'another', 0)).toMatchObject({ kind: 'unfinished' })
    expect(onlyFile(ports).failure).toBe('line 2: a reason')
  })
})

describe('an import that stops', () => {
  const LINES = 11

  // Wherever it ends, the next passage writes what is missing and nothing twice.
  for (let pieces = 0; pieces < LINES + 2; pieces++)
    test(`after ${pieces} rows goes on where it was`, async () => {
      const ports = withFile(csvOf(LINES - 1))
      ports.diskFiles.breaksAfter = pieces
      await expect(take(ports)).rejects.toThrow('the disk is away')
      expect(onlyFile(ports)).toMatchObject({ state: 'RECEIVED', lineCount: lineNumbers(ports).length })

      ports.diskFiles.breaksAfter = NO_END
      expect(await take(ports)).toMatchObject({ kind: 'imported', file: { lineCount: LINES } })
      expect(lineNumbers(ports)).toEqual(Array.from({ length: LINES }, (_, index) => index + 1))
      expect(events(ports)).toHaveLength(1)
    })

  test.each(['before', 'after'] as const)('with a commit that was lost, %s it happened', async when => {
    for (let commits = 1; ; commits++) {
      const ports = withFile(csvOf(LINES - 1))
      let count = 0
      const run: typeof ports.transactions.run = (subject, work) => {
        if (++count === commits) ports.transactions.failNextCommit(when)
        return ports.transactions.run(subject, work)
      }
      const failing = { ...ports, transactions: { areSeparate: true as const, run } }
      const first = await importFile(failing, requestOf(), CHUNK).catch(error => error)
      if (count < commits) return
      expect(first).toBeInstanceOf(Error)

      const again = await take(ports)
      expect(['imported', 'known']).toContain(again.kind)
      expect(onlyFile(ports)).toMatchObject({ state: 'PARSED', lineCount: LINES })
      expect(lineNumbers(ports)).toHaveLength(LINES)
      expect(events(ports)).toHaveLength(1)
    }
  })

  test('at its deadline goes on with the next run', async () => {
    const ports = withFile(csvOf(LINES - 1))
    expect(await take(ports, { deadlineMs: ports.clock.nowMs() })).toMatchObject({ kind: 'unfinished' })
    expect(onlyFile(ports)).toMatchObject({ state: 'RECEIVED', lineCount: 0 })
    expect(await take(ports)).toMatchObject({ kind: 'imported' })
  })
})

describe('two imports at once', () => {
  const seeds = Array.from({ length: 40 }, (_, seed) => seed)

  test('of the same bytes write each line once', async () => {
    for (const seed of seeds) {
      const db = new FakeDatabase(shuffledTurns(seed))
      const [one, other] = [portsOf(db, 1), portsOf(db, 2)]
      // Both see the tables of one database.
      const ports = { ...other, ...shared(one) }
      one.diskFiles.texts.set('/in', csvOf(7))
      ports.diskFiles.texts.set('/in', csvOf(7))
      const ends = await Promise.all([take(one), take(ports)])

      expect({ seed, kinds: ends.map(({ kind }) => kind) }).toMatchObject({
        kinds: expect.arrayContaining(['imported']),
      })
      expect(lineNumbers(one)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
      expect(one.reconFiles.table.rows()).toMatchObject([{ state: 'PARSED', lineCount: 8 }])
      expect(events(one)).toHaveLength(1)
    }
  })

  test('of different bytes with one revision keep one of them', async () => {
    for (const seed of seeds) {
      const db = new FakeDatabase(shuffledTurns(seed))
      const one = portsOf(db, 1)
      const other = { ...portsOf(db, 2), ...shared(one) }
      one.diskFiles.texts.set('/in', csvOf(7))
      other.diskFiles.texts.set('/in', csvOf(5))
      const kinds = (await Promise.all([take(one), take(other)])).map(({ kind }) => kind).sort()
      expect({ seed, kinds }).toEqual({ seed, kinds: ['imported', 'rejected'] })
      const [parsed] = one.reconFiles.table.rows().filter(({ state }) => state === 'PARSED')
      expect(one.reconLines.table.rows().every(({ fileId }) => fileId === parsed!.fileId)).toBe(true)
    }
  })
})

const shared = ({ reconFiles, reconFileTotals, reconLines, outbox, reconSources }: TestPorts) => ({
  ...{ reconFiles, reconFileTotals, reconLines, outbox, reconSources },
})

/** What is fetched from the acquirer and the bank, in which order, and what the sandbox clock waits for. */
import { describe, expect, test } from '@jest/globals'
import { readers } from '../recon-files/readers.ts'
import { createFetchPorts } from './fake-recon.ts'
import { importing } from './fetch-due.ts'
import { importFiles } from './import-files.ts'

const NO_END = Number.POSITIVE_INFINITY
const DAY_MS = 24 * 60 * 60_000
const HEADER = 'line,kind,reference,sold_on,currency,amount,fee,vat,net'

/** Friday, 2026-01-02, noon in Seoul; settled from the day before Christmas on. */
function setUp() {
  const ports = { ...createFetchPorts(), readers }
  ports.settlementStart.settledFromMs = async () => Date.UTC(2025, 11, 24)
  return ports
}
type Ports = ReturnType<typeof setUp>

const run = (ports: Ports) => importFiles(ports, NO_END)
const left = (ports: Ports) => importing(ports).left(ports.clock.virtualNowMs())

/** A day of captures: 10,000 each. */
function addSettlement({ settlementFiles }: Ports, day: string, { total = 10_000 } = {}): string {
  const batch = `ACQ-${day.replaceAll('-', '')}-KRW`
  const name = `${batch}-r1.csv`
  const text = `${HEADER}\n1,capture,op_${day},${day},KRW,10000,150,15,9835\n1,total,${batch},${day},KRW,${total},150,15,9835\n`
  settlementFiles.add(name, text)
  return name
}

function addStatement({ statements }: Ports, day: string, [opening, closing]: [number, number], account = 'operating') {
  const entry =
    opening === closing
      ? ''
      : `<Ntry><Amt Ccy="KRW">${closing - opening}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>${day}</Dt></BookgDt></Ntry>`
  const balance = (code: string, minor: number) =>
    `<Bal><Tp><CdOrPrtry><Cd>${code}</Cd></CdOrPrtry></Tp><Amt Ccy="KRW">${minor}</Amt><CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>${day}</Dt></Dt></Bal>`
  const statement = `<Stmt><Acct><Id><Othr><Id>${account}</Id></Othr></Id></Acct>${balance('OPBD', opening)}${balance('CLBD', closing)}${entry}</Stmt>`
  statements.texts.set(
    `${account} ${day}`,
    `<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>${statement}</BkToCstmrStmt></Document>`,
  )
}

const filesOf = ({ reconFiles }: Ports) =>
  reconFiles.table.rows().map(({ name, state, lineCount }) => `${name} ${state} ${lineCount}`)

describe('importFiles of an acquirer', () => {
  test('takes what it lists, page by page, once', async () => {
    const ports = setUp()
    for (const day of ['2025-12-29', '2025-12-30', '2025-12-31', '2026-01-01', '2026-01-02']) addSettlement(ports, day)
    expect(await left(ports)).toBe(5)
    expect(await run(ports)).toEqual({ imported: 5, rejected: 0, away: 0 })

    expect(filesOf(ports)).toContain('ACQ-20260102-KRW-r1.csv PARSED 1')
    expect([await run(ports), await left(ports)]).toEqual([{ imported: 0, rejected: 0, away: 0 }, 0])
    expect(ports.settlementFiles.reads).toHaveLength(5)
    expect(ports.diskFiles.texts.size).toBe(0)
    expect(ports.doorbell.rings.length).toBeGreaterThan(0)
  })

  test('goes on after a file that is rejected, tells it once, and does not wait for it', async () => {
    const ports = setUp()
    const wrong = addSettlement(ports, '2025-12-29', { total: 1 })
    addSettlement(ports, '2025-12-30')
    expect(await run(ports)).toEqual({ imported: 1, rejected: 1, away: 0 })
    expect([await run(ports), await left(ports)]).toEqual([{ imported: 0, rejected: 0, away: 0 }, 0])
    expect(ports.reconAlarms.raised).toEqual([
      expect.stringContaining(`rejected ${wrong}: line 3: amount of the total is 1`),
    ])
  })

  test('goes on with a file that a run before had begun', async () => {
    const ports = setUp()
    addSettlement(ports, '2025-12-29')
    ports.diskFiles.breaksAfter = 2
    await expect(run(ports)).rejects.toThrow('the disk is away')
    ports.diskFiles.breaksAfter = NO_END
    expect([await left(ports), await run(ports)]).toMatchObject([1, { imported: 1 }])
    expect(filesOf(ports)).toEqual(['ACQ-20251229-KRW-r1.csv PARSED 1'])
  })

  test('keeps nothing of a file that has not the bytes that were announced', async () => {
    const ports = setUp()
    addSettlement(ports, '2025-12-29')
    ports.settlementFiles.files[0]!.sha256 = 'another'
    expect(await run(ports)).toEqual({ imported: 0, rejected: 0, away: 1 })
    expect([filesOf(ports), ports.diskFiles.texts.size]).toEqual([[], 0])
    expect(ports.reconAlarms.raised).toEqual([expect.stringContaining('has not the bytes that were announced')])
  })
})

describe('importFiles of a bank', () => {
  test('begins with the first day that has a statement, and goes on to yesterday', async () => {
    const ports = setUp()
    for (const [index, day] of ['2025-12-29', '2025-12-30', '2025-12-31', '2026-01-01', '2026-01-02'].entries())
      addStatement(ports, day, [index * 100, index * 100 + 100])
    expect(await run(ports)).toEqual({ imported: 4, rejected: 0, away: 0 })
    expect(ports.statements.reads).toEqual(
      ['2025-12-29', '2025-12-30', '2025-12-31', '2026-01-01'].map(day => `operating ${day}`),
    )
    expect(ports.reconFileTotals.table.rows().at(-1)).toMatchObject({
      openingMinor: 300,
      netMinor: 100,
      closingMinor: 400,
    })

    ports.clock.advanceVirtual(DAY_MS)
    expect([await left(ports), await run(ports), await left(ports)]).toEqual([
      1,
      { imported: 1, rejected: 0, away: 0 },
      0,
    ])
  })

  test('finds the first day of a year without asking for each', async () => {
    const ports = setUp()
    ports.settlementStart.settledFromMs = async () => Date.UTC(2025, 0, 1)
    addStatement(ports, '2025-12-31', [0, 100])
    addStatement(ports, '2026-01-01', [100, 100])
    expect(await run(ports)).toMatchObject({ imported: 2 })
    expect(ports.statements.looks).toBeLessThan(20)
  })

  test('begins with what is on the account when payments were settled from a later day on', async () => {
    const ports = setUp()
    ports.settlementStart.settledFromMs = async () => Date.UTC(2026, 0, 1)
    addStatement(ports, '2025-12-31', [0, 100])
    addStatement(ports, '2026-01-01', [100, 100])
    expect(await run(ports)).toMatchObject({ imported: 1 })
    expect(ports.reconLines.table.rows()).toMatchObject([{ kind: 'opening', amountMinor: 100 }])
    expect(ports.reconFileTotals.table.rows()).toMatchObject([{ openingMinor: 0, netMinor: 100, closingMinor: 100 }])
  })

  test('stops at a statement that is rejected, and takes it when the bank has corrected it', async () => {
    const ports = setUp()
    addStatement(ports, '2025-12-30', [0, 100])
    addStatement(ports, '2025-12-31', [90, 100])
    addStatement(ports, '2026-01-01', [100, 100])
    expect(await run(ports)).toEqual({ imported: 1, rejected: 1, away: 0 })
    expect(ports.reconAlarms.raised).toEqual([
      'rejected operating-2025-12-31.xml: line 1: KRW opens with 90, and closed with 100 on 2025-12-30: ask the bank which of them is right',
    ])
    // The clock does not wait for a person.
    expect([await left(ports), await run(ports)]).toEqual([0, { imported: 0, rejected: 0, away: 0 }])

    addStatement(ports, '2025-12-31', [100, 100])
    expect(await run(ports)).toEqual({ imported: 2, rejected: 0, away: 0 })
  })

  test('waits while the account has not moved', async () => {
    const ports = setUp()
    expect([await left(ports), await run(ports)]).toEqual([0, { imported: 0, rejected: 0, away: 0 }])
  })
})

test('a source that is away holds up no other', async () => {
  const ports = setUp()
  addSettlement(ports, '2025-12-29')
  ports.statements.away = true
  expect(await run(ports)).toEqual({ imported: 1, rejected: 0, away: 2 })
  await expect(left(ports)).rejects.toThrow('the fake bank is away')
})

test('a file that cannot be read holds up no other source', async () => {
  const ports = setUp()
  addSettlement(ports, '2025-12-29')
  addStatement(ports, '2025-12-31', [0, 100])
  addStatement(ports, '2026-01-01', [100, 100])
  const broken = () => {
    throw new Error('the disk is full')
  }
  const readersNow = { ...readers, 'acquirer-csv': broken }
  await expect(run({ ...ports, readers: readersNow })).rejects.toThrow('the disk is full')
  expect(filesOf(ports)).toEqual([
    'ACQ-20251229-KRW-r1.csv RECEIVED 0',
    'operating-2025-12-31.xml PARSED 1',
    'operating-2026-01-01.xml PARSED 0',
  ])
})

test('nothing is fetched where there is nobody to ask', async () => {
  const ports = { ...setUp(), settlementFiles: undefined, statements: undefined }
  expect(await importFiles(ports, NO_END)).toEqual({ imported: 0, rejected: 0, away: 0 })
  expect(await importing(ports).nextDueMs()).toBeUndefined()
})

test('the clock stops when the day ends, while something is on its way', async () => {
  const ports = setUp()
  expect(await importing(ports).nextDueMs()).toBe(Date.UTC(2026, 0, 2, 15))
  expect(await importing({ ...ports, awaitedFiles: { isAwaited: async () => false } }).nextDueMs()).toBeUndefined()
})

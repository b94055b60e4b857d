/** Which action of `npm run recon` is meant, what it wants, and the lines that it prints. */
import { describe, expect, test } from '@jest/globals'
import { fakeSources, reconLineOf } from '../../../shared/reconciliation/fake-recon.ts'
import type { ReconFile } from '../../../shared/reconciliation/ports.ts'
import { chosenAction } from '../choose-action.ts'
import { fileLines, lineLines, oneFileLines } from './files.ts'
import { importedLines } from './import-one.ts'
import { overviewLines, sourceLines, transferLines } from './overview.ts'
import { reconActions } from './run-recon.ts'

const chosen = (typed: readonly string[], flags = {}) => chosenAction(reconActions, typed, flags, 'overview')

const file: ReconFile = {
  ...{ fileId: 'rcf_1', sourceId: 'acquirer', name: 'ACQ-20260102-KRW-r1.csv', sha256: 'f00' },
  ...{ externalId: 'ACQ-20260102-KRW', revision: 1, day: '2026-01-02', dueOn: '2026-01-06', lineCount: 2 },
  ...{ matchedTo: 1, state: 'MATCHING', failure: null, eventCount: 1, receivedAtMs: 0, doneAtMs: null },
}
const rejected: ReconFile = { ...file, state: 'REJECTED', failure: 'line 3: the net is wrong', revision: null }

describe('the action', () => {
  test.each([
    [[], 'overview'],
    [['sources'], 'sources'],
    [['file', 'rcf_1'], 'file'],
  ])('%j is %s', (typed, name) => {
    expect(chosen(typed).action).toBe(reconActions[name])
  })

  test('that takes a file wants a path, a reason and an operator', () => {
    expect(() => chosen(['import'], { reason: 'x' })).toThrow('import wants one more word')
    expect(() => chosen(['import', 'a.csv'])).toThrow('import wants --reason.')
    expect(reconActions.import).toMatchObject({ changes: true, role: 'operator' })
  })

  test('knows its flags', () => {
    expect(() => chosen(['files'], { state: 'READ' })).toThrow('files takes no --state.')
  })
})

describe('the lines', () => {
  test('of all files say how many are in which state, and what was rejected', () => {
    expect(overviewLines([], [])).toEqual(['No file has come yet.'])
    expect(overviewLines([{ sourceId: 'acquirer', state: 'REJECTED', count: 1 }], [rejected])).toEqual([
      'source    state     files',
      'acquirer  REJECTED      1',
      '',
      'Rejected, nothing of them counts:',
      'rcf_1 ACQ-20260102-KRW-r1.csv: line 3: the net is wrong',
    ])
  })

  test('of transfers that have one line', () => {
    const open = { currency: 'KRW', amountMinor: -300, sourceId: 'bank-operating', bookedOn: '2026-01-05' }
    expect(transferLines([])).toEqual([])
    expect(
      transferLines([
        { ...open, reference: 'SFG-1', isLate: true },
        { ...open, reference: 'SFG-2', isLate: false },
      ]),
    ).toEqual([
      '',
      'Transfers of ours of which one line has come:',
      'reference  source          day         currency  amount',
      'SFG-1      bank-operating  2026-01-05  KRW         -300  late',
      'SFG-2      bank-operating  2026-01-05  KRW         -300',
    ])
  })

  test('of the newest files', () => {
    expect(fileLines([])).toEqual(['No file has come yet.'])
    expect(fileLines([file])).toEqual([
      'file   source    name                     day         state     lines  matched',
      'rcf_1  acquirer  ACQ-20260102-KRW-r1.csv  2026-01-02  MATCHING      2        1',
    ])
    expect(fileLines(Array.from({ length: 101 }, () => file)).at(-1)).toBe('… and more; these are the newest 100')
  })

  test('of one file say what it declares and how far it is', () => {
    const total = {
      fileId: 'rcf_1',
      currency: 'KRW',
      lineCount: 2,
      netMinor: 9_835,
      openingMinor: null,
      closingMinor: null,
    }
    expect(oneFileLines(file, [total], { READ: 1, MATCHED: 1 })).toEqual([
      'rcf_1 of acquirer: ACQ-20260102-KRW-r1.csv',
      'MATCHING',
      'SHA-256 f00',
      'ACQ-20260102-KRW, revision 1, of 2026-01-02, paid on 2026-01-06',
      'lines: 1 READ, 1 MATCHED',
      'currency  lines  net (minor units)  opening  closing',
      'KRW           2               9835        -        -',
    ])
    expect(oneFileLines({ ...rejected, externalId: null }, [], {})).toEqual([
      'rcf_1 of acquirer: ACQ-20260102-KRW-r1.csv',
      'REJECTED: line 3: the net is wrong',
      'SHA-256 f00',
      'lines: none',
    ])
  })

  test('of lines', () => {
    expect(lineLines([])).toEqual(['There is no such line.'])
    expect(lineLines([reconLineOf({ state: 'BROKEN' })])).toEqual([
      'line  kind     for   currency  amount  fee  VAT   net  booked on   state',
      '   1  capture  op_1  KRW        10000  150   15  9835  2026-01-02  BROKEN',
    ])
  })

  test('of sources', () => {
    expect(sourceLines(fakeSources)[1]).toMatch(/^acquirer +acquirer-csv +- +- +- +Asia\/Seoul +KR +1 +2 +0$/)
  })

  test('of what became of an import', () => {
    const told = (imported: Parameters<typeof importedLines>[0]) => importedLines(imported, 'acquirer')[0]
    expect(told({ kind: 'imported', file })).toBe('rcf_1: 2 lines are imported, and matched at the next minute.')
    expect(told({ kind: 'known', file })).toBe('These bytes were imported before, as rcf_1, which is MATCHING.')
    expect(told({ kind: 'rejected', file: rejected })).toContain('nothing of it counts: line 3: the net is wrong')
    expect(told({ kind: 'elsewhere', file })).toContain('Somebody else imports rcf_1')
    expect(told({ kind: 'unknown_source' })).toContain('There is no source acquirer')
  })
})

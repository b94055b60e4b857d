/** The SQL of the invariants of reconciliation: files, lines, batches and breaks a page at a time, and sums. Never writes, never locks. */
import { EXPECTATIONS, entryOf, everyEvent, expectationOf, type Query } from './database-reader.ts'
import { Balances } from './database-totals.ts'
import type { ExpectationRow } from './payment-history.ts'
import {
  type AcquirerBatchHistory,
  type BreakHistory,
  type BreakRow,
  type LineHistory,
  RECEIVABLE,
  type ReconFileHistory,
  type ReconSums,
  type SubjectEntry,
} from './recon-history.ts'
import type { SubjectEvent } from './settlement-history.ts'
import { eventOf } from './settlement-reader.ts'

// biome-ignore lint/suspicious/noExplicitAny: what a column holds is said by the migrations.
type Row = Record<string, any>

const FILES_PAGE = 100
const LINES_PAGE = 2_000
const BREAKS_PAGE = 500

/** Classes that a line is booked under as a whole: it settled nothing when it was matched. */
const UNEXPECTED = "('DUPLICATE', 'MISSING_HERE', 'STATUS', 'CURRENCY', 'AMENDED', 'OVER_DISPUTED')"

const breakOn = (line: string, classes: string): string =>
  `EXISTS (SELECT 1 FROM recon_break k WHERE k.file_id = ${line}.file_id AND k.line_no = ${line}.line_no AND k.class IN ${classes})`

const SUMS_OF_LINES = `SELECT l.file_id, l.currency, l.state, COUNT(*) AS count, SUM(l.net) AS net, MAX(l.line_no) AS last_line,
  SUM(CASE WHEN l.line_no <= f.matched_to THEN 1 ELSE 0 END) AS passed
  FROM recon_file f JOIN recon_line l ON l.file_id = f.file_id WHERE f.file_id IN (?) GROUP BY l.file_id, l.currency, l.state`

const SETTLED_BY_LINES = `SELECT l.file_id, l.currency, SUM(l.net) AS net, SUM(e.fee) AS fee, SUM(e.vat) AS vat
  FROM recon_line l JOIN recon_expectation e ON e.expectation_id = l.expectation_id
  WHERE l.file_id IN (?) AND (l.state = 'MATCHED' OR NOT ${breakOn('l', UNEXPECTED)}) GROUP BY l.file_id, l.currency`

/** Without what a break allocated later, under an event of its own. */
const ALLOCATED_BY_LINES = `SELECT a.file_id, a.currency, SUM(a.amount) AS amount
  FROM recon_allocation a JOIN recon_file f ON f.file_id = a.file_id
  JOIN recon_source s ON s.source_id = f.source_id AND s.kind = 'bank'
  WHERE a.file_id IN (?) AND a.subject_kind IN ('batch', 'transfer') AND NOT ${breakOn('a', "('MISSING_HERE')")}
  GROUP BY a.file_id, a.currency`

/** An amended line booked what its break says. */
const LINES_OF_BATCHES = `SELECT source_id, batch_ref, currency, SUM(net) AS net FROM (
  SELECT source_id, batch_ref, currency, net FROM recon_line WHERE batch_ref IS NOT NULL AND state IN ('MATCHED', 'BROKEN')
  UNION ALL
  SELECT l.source_id, l.batch_ref, l.currency, -k.booked - l.net FROM recon_break k
    JOIN recon_line l ON l.file_id = k.file_id AND l.line_no = k.line_no AND l.batch_ref IS NOT NULL WHERE k.class = 'AMENDED'
  ) AS booked GROUP BY source_id, batch_ref, currency`

const ALLOCATED_TO_BATCHES =
  "SELECT subject, currency, SUM(amount) AS amount FROM recon_allocation WHERE subject_kind = 'batch' GROUP BY subject, currency"

const LINES = `SELECT l.*, s.kind AS source_kind, e.source_id AS e_source_id, e.match_key AS e_match_key, e.kind AS e_kind,
  e.amount AS e_amount, e.fee AS e_fee, e.vat AS e_vat, e.currency AS e_currency, e.state AS e_state
  FROM recon_line l LEFT JOIN recon_source s ON s.source_id = l.source_id
  LEFT JOIN recon_expectation e ON e.expectation_id = l.expectation_id
  WHERE l.file_id > ? OR (l.file_id = ? AND l.line_no > ?) ORDER BY l.file_id, l.line_no LIMIT ?`

const BREAKS = `SELECT k.*, l.line_no AS line_found, e.expectation_id AS expectation_found, p.payout_id AS payout_found
  FROM recon_break k LEFT JOIN recon_line l ON l.file_id = k.file_id AND l.line_no = k.line_no
  LEFT JOIN recon_expectation e ON e.expectation_id = k.subject LEFT JOIN payout p ON p.payout_id = k.subject
  WHERE k.break_id > ? ORDER BY k.break_id LIMIT ?`

/** With the file that says it. The keys are given: no plan can go through all lines of a source. */
const SAID_UNDER_KEYS = `SELECT l.source_id, l.line_key, l.file_id, l.content_hash, l.net, l.state,
  f.external_id, f.revision, f.day, f.done_at FROM recon_line l JOIN recon_file f ON f.file_id = l.file_id
  WHERE l.source_id = ? AND l.line_key IN (?) ORDER BY f.revision DESC, f.file_id DESC`

const AUDITED = `SELECT a.subject, a.actor, o.role FROM audit_log a LEFT JOIN operator o ON o.name = a.actor
  WHERE a.action = 'break.acted' AND a.subject IN (?) ORDER BY a.id`

const SETTLED_CHARGES = `SELECT currency, SUM(fee) AS fee, SUM(vat) AS vat FROM recon_expectation e WHERE state = 'SETTLED'
  AND NOT EXISTS (SELECT 1 FROM recon_break k JOIN recon_break_action a ON a.break_id = k.break_id AND a.action = 'give_up'
    WHERE k.expectation_id = e.expectation_id) GROUP BY currency`

const OPEN_TRANSFERS = `SELECT subject, currency, COUNT(*) AS count, SUM(amount) AS amount FROM recon_allocation
  WHERE subject_kind = 'transfer' GROUP BY subject, currency HAVING SUM(amount) <> 0`

export class ReconReader {
  readonly #rows: Query

  constructor(query: Query) {
    this.#rows = query
  }

  /** In the order of their sources and days. */
  async *files(): AsyncGenerator<ReconFileHistory> {
    const closings = new Closings()
    for (let after = ['', '1000-01-01', 0, '']; ; ) {
      const rows = await this.#rows(
        `SELECT f.*, COALESCE(f.day, '1000-01-01') AS place, COALESCE(f.revision, 0) AS version, s.kind AS source_kind, s.account
         FROM recon_file f LEFT JOIN recon_source s ON s.source_id = f.source_id
         HAVING (source_id, place, version, file_id) > (?, ?, ?, ?) ORDER BY source_id, place, version, file_id LIMIT ?`,
        [...after, FILES_PAGE],
      )
      if (rows.length > 0) for (const file of await this.#filesOf(rows)) yield closings.passed(file)
      if (rows.length < FILES_PAGE) return
      const last = rows.at(-1)!
      after = [last.source_id, dayOf(last.place), last.version, last.file_id]
    }
  }

  async #filesOf(rows: Row[]): Promise<Omit<ReconFileHistory, 'previousClosing'>[]> {
    const ids = rows.map(row => String(row.file_id))
    const [totals, lines, settled, allocated] = [
      await this.#byKey('SELECT * FROM recon_file_total WHERE file_id IN (?) ORDER BY currency', ids, 'file_id'),
      await this.#byKey(SUMS_OF_LINES, ids, 'file_id'),
      await this.#byKey(SETTLED_BY_LINES, ids, 'file_id'),
      await this.#byKey(ALLOCATED_BY_LINES, ids, 'file_id'),
    ]
    const events = await this.#eventsOf(ids)
    const entries = await this.#entriesOf(eventIdsOf(events))
    return rows.map(row => ({
      ...fileOf(row),
      totals: (totals.get(row.file_id) ?? []).map(totalOf),
      lines: (lines.get(row.file_id) ?? []).map(sumsOf),
      settled: (settled.get(row.file_id) ?? []).map(({ currency, net, fee, vat }) => ({
        ...{ currency, net: Number(net), fee: Number(fee), vat: Number(vat) },
      })),
      allocated: (allocated.get(row.file_id) ?? []).map(({ currency, amount }) => ({
        currency,
        amount: Number(amount),
      })),
      events: events.get(row.file_id) ?? [],
      entries: (events.get(row.file_id) ?? []).flatMap(({ eventId }) => entries.get(eventId) ?? []),
    }))
  }

  /** Every line there is, also of a file that is not. */
  async *lines(): AsyncGenerator<LineHistory> {
    for (let [file, line] = ['', 0]; ; ) {
      const rows = await this.#rows(LINES, [file, file, line, LINES_PAGE])
      if (rows.length > 0) yield* await this.#linesOf(rows)
      if (rows.length < LINES_PAGE) return
      const last = rows.at(-1)!
      file = last.file_id
      line = last.line_no
    }
  }

  async #linesOf(rows: Row[]): Promise<LineHistory[]> {
    const [where, values] = placesOf(rows)
    const allocations = await this.#rows(`SELECT * FROM recon_allocation WHERE ${where}`, values)
    const breaks = await this.#rows(
      `SELECT break_id, file_id, line_no, class, booked FROM recon_break WHERE ${where}`,
      values,
    )
    const [allocated, broken] = [Map.groupBy(allocations, placeOf), Map.groupBy(breaks, placeOf)]
    const isSaidAgain = (row: Row) =>
      row.state === 'REPEATED' || (broken.get(placeOf(row)) ?? []).some(each => each.class === 'AMENDED')
    const earlier = await this.#earlierOf(rows.filter(isSaidAgain))
    return rows.map(row => ({
      ...lineOf(row),
      allocations: (allocated.get(placeOf(row)) ?? []).map(({ subject_kind, subject, currency, amount }) => ({
        ...{ kind: subject_kind, subject, currency, amount },
      })),
      breaks: (broken.get(placeOf(row)) ?? []).map(({ break_id, class: name, booked }) => ({
        ...{ breakId: break_id, class: name, booked },
      })),
      earlier: earlier.get(placeOf(row)) ?? [],
    }))
  }

  /** By the place of a line: what files that were matched before its own said under the same key, newest first. */
  async #earlierOf(rows: Row[]): Promise<Map<string, LineHistory['earlier']>> {
    const found: Row[] = []
    for (const [sourceId, own] of Map.groupBy(rows, row => String(row.source_id)))
      found.push(...(await this.#rows(SAID_UNDER_KEYS, [sourceId, own.map(({ line_key }) => line_key)])))
    const files = new Map(found.map(row => [row.file_id, row]))
    const said = Map.groupBy(found, row => `${row.source_id} ${row.line_key}`)
    return new Map(
      rows.map(row => {
        const file = files.get(row.file_id)
        const others = (said.get(`${row.source_id} ${row.line_key}`) ?? []).filter(
          other => SETTLING.includes(other.state) && file !== undefined && wasMatchedBefore(other, file),
        )
        return [placeOf(row), others.map(other => earlierOf(other, file!))]
      }),
    )
  }

  async *batches(): AsyncGenerator<AcquirerBatchHistory> {
    const found = new Map<string, AcquirerBatchHistory>()
    const batchOf = ({ source_id, batch_ref, currency }: Row): AcquirerBatchHistory => {
      const place = `${source_id} ${batch_ref} ${currency}`
      const batch = found.get(place) ?? {
        ...{ sourceId: source_id, batchRef: batch_ref, currency, row: null, linesNet: 0n, allocated: 0n },
      }
      found.set(place, batch)
      return batch
    }
    for (const row of await this.#rows(LINES_OF_BATCHES, [])) batchOf(row).linesNet = BigInt(row.net)
    const allocated = await this.#byKey(ALLOCATED_TO_BATCHES, [], 'subject')
    for (const row of await this.#rows('SELECT * FROM recon_batch ORDER BY source_id, batch_ref, currency', []))
      batchOf(row).row = { net: row.net, allocated: row.allocated, moved: row.moved }
    for (const batch of found.values()) {
      const paid = (allocated.get(batch.batchRef) ?? []).filter(({ currency }) => currency === batch.currency)
      yield { ...batch, allocated: paid.reduce((sum, { amount }) => sum + BigInt(amount), 0n) }
    }
  }

  async *breaks(): AsyncGenerator<BreakHistory> {
    for (let after = ''; ; ) {
      const rows = await this.#rows(BREAKS, [after, BREAKS_PAGE])
      if (rows.length > 0) yield* await this.#breaksOf(rows)
      if (rows.length < BREAKS_PAGE) return
      after = rows.at(-1)!.break_id
    }
  }

  async #breaksOf(rows: Row[]): Promise<BreakHistory[]> {
    const ids = rows.map(row => String(row.break_id))
    const actions = await this.#byKey(
      'SELECT * FROM recon_break_action WHERE break_id IN (?) ORDER BY break_id, sequence',
      ids,
      'break_id',
    )
    const events = await this.#eventsOf(ids)
    const booked = [...actions.values()].flat().flatMap(row => row.event_id ?? [])
    const eventIds = [...new Set([...eventIdsOf(events), ...booked])]
    const entries = await this.#entriesOf(eventIds)
    const corrections = await this.#byKey(
      `${EXPECTATIONS} WHERE e.event_id IN (?) AND e.kind = 'correction'`,
      eventIds,
      'event_id',
    )
    const corrected = await this.#correctedBy([...actions.values()].flat())
    const items = await this.#byKey('SELECT * FROM settlement_item WHERE event_id IN (?)', eventIds, 'event_id')
    const audited = await this.#byKey(AUDITED, ids, 'subject')
    const batches = await this.#batchesNamedBy(rows)
    return rows.map(row => {
      const own = events.get(row.break_id) ?? []
      const taken = actions.get(row.break_id) ?? []
      const under = [...new Set([...own.map(({ eventId }) => eventId), ...taken.flatMap(each => each.event_id ?? [])])]
      return {
        break: breakOf(row),
        actions: taken.map(actionOf),
        events: own,
        entries: under
          .flatMap(eventId => entries.get(eventId) ?? [])
          .filter(({ subjectId }) => subjectId === row.break_id),
        corrections: own.flatMap(({ eventId }) => corrections.get(eventId) ?? []).map(expectationOf),
        corrected,
        items: own.flatMap(({ eventId }) => items.get(eventId) ?? []).map(itemOf),
        audited: (audited.get(row.break_id) ?? []).map(({ actor, role }) => ({ actor, role })),
        hasSubject: hasSubject(row, batches),
      }
    })
  }

  /** By their ids. */
  async #correctedBy(actions: Row[]): Promise<Map<string, ExpectationRow>> {
    const named = actions.filter(({ action, account }) => action === 'approve' && account === RECEIVABLE)
    const ids = named.flatMap(({ target }) => target ?? [])
    if (ids.length === 0) return new Map()
    const rows = await this.#rows(`${EXPECTATIONS} WHERE e.expectation_id IN (?)`, [ids])
    return new Map(rows.map(row => [row.expectation_id, expectationOf(row)]))
  }

  /** The subjects of these breaks that are batches, and exist. */
  async #batchesNamedBy(rows: Row[]): Promise<Set<string>> {
    const named = rows.map(({ subject }) => String(subject).split(':')).filter(parts => parts.length === 3)
    if (named.length === 0) return new Set()
    const found = await this.#rows(
      'SELECT source_id, batch_ref, currency FROM recon_batch WHERE (source_id, batch_ref, currency) IN (?)',
      [named],
    )
    return new Set(found.map(({ source_id, batch_ref, currency }) => `${source_id}:${batch_ref}:${currency}`))
  }

  async sums(): Promise<ReconSums> {
    const settledCharges = new Balances()
    for (const { currency, fee, vat } of await this.#rows(SETTLED_CHARGES, [])) {
      settledCharges.add('acquirer_fee', currency, BigInt(fee))
      settledCharges.add('vat_receivable', currency, BigInt(vat))
    }
    const transfers = await this.#rows(OPEN_TRANSFERS, [])
    const openTransfers = transfers.map(({ subject, currency, count, amount }) => ({
      ...{ reference: subject, currency, lines: Number(count), amount: BigInt(amount) },
    }))
    const [row] = await this.#rows(
      `SELECT (SELECT COUNT(*) FROM ledger_entry WHERE debit_account = 'recon_suspense')
         + (SELECT COUNT(*) FROM ledger_entry WHERE credit_account = 'recon_suspense') AS count`,
      [],
    )
    return { settledCharges, openTransfers, suspenseEntryCount: Number(row!.count) }
  }

  /** By event. */
  async #entriesOf(eventIds: string[]): Promise<Map<string, SubjectEntry[]>> {
    const rows = await this.#byKey('SELECT * FROM ledger_entry WHERE event_id IN (?)', eventIds, 'event_id')
    return new Map(
      [...rows].map(([eventId, found]) => [
        eventId,
        found.map(row => ({ ...entryOf(row), subjectId: row.subject_id })),
      ]),
    )
  }

  /** By subject, in the order of their sequence. */
  async #eventsOf(subjectIds: string[]): Promise<Map<string, SubjectEvent[]>> {
    if (subjectIds.length === 0) return new Map()
    const columns = 'event_id, topic, message_key, sequence, created_at, published_at'
    const rows = await this.#rows(everyEvent(columns, 'message_key IN (?)'), [subjectIds, subjectIds])
    const events = rows.map(eventOf).sort((one, other) => one.sequence - other.sequence)
    return Map.groupBy(events, ({ subjectId }) => subjectId)
  }

  async #byKey(sql: string, values: string[], key: string): Promise<Map<string, Row[]>> {
    const isAsked = values.length > 0 || !sql.includes('IN (?)')
    return isAsked ? Map.groupBy(await this.#rows(sql, [values]), row => String(row[key])) : new Map()
  }
}

/** What the statements before one closed with, by source and currency: files come in the order of their days. */
class Closings {
  readonly #last = new Map<string, { day: string; closing: number; before: number | undefined }>()

  passed(file: Omit<ReconFileHistory, 'previousClosing'>): ReconFileHistory {
    const previousClosing = new Map<string, number>()
    for (const { currency, closing } of file.totals) {
      const before = this.#before(file, currency)
      if (before !== undefined) previousClosing.set(currency, before)
      if (closing !== null && file.day !== null)
        this.#last.set(`${file.sourceId} ${currency}`, { day: file.day, closing, before })
    }
    return { ...file, previousClosing }
  }

  /** A later revision of a day follows the day before, too. */
  #before({ sourceId, day }: Pick<ReconFileHistory, 'sourceId' | 'day'>, currency: string): number | undefined {
    const last = this.#last.get(`${sourceId} ${currency}`)
    return last?.day === day ? last?.before : last?.closing
  }
}

const eventIdsOf = (events: Map<string, SubjectEvent[]>): string[] =>
  [...events.values()].flat().map(({ eventId }) => eventId)

const SETTLING = ['MATCHED', 'BROKEN']

/** One that is not done yet is matched last; at the same moment they follow their days. */
function wasMatchedBefore(other: Row, file: Row): boolean {
  if (other.file_id === file.file_id || other.done_at === null) return false
  if (file.done_at === null || other.done_at < file.done_at) return true
  const order = (of: Row) => `${dayOf(of.day)} ${String(of.revision).padStart(6, '0')} ${of.file_id}`
  return other.done_at.getTime() === file.done_at.getTime() && order(other) < order(file)
}

const earlierOf = (other: Row, { external_id, revision }: Row): LineHistory['earlier'][number] => ({
  contentHash: other.content_hash,
  net: other.net,
  isLater: other.external_id === external_id && other.revision > revision,
})

const placeOf = ({ file_id, line_no }: Row): string => `${file_id}:${line_no}`

/** Where these lines stand, as a condition: a range of each file. */
function placesOf(rows: Row[]): [where: string, values: unknown[]] {
  const files = [...Map.groupBy(rows, row => String(row.file_id))]
  const where = files.map(() => '(file_id = ? AND line_no BETWEEN ? AND ?)').join(' OR ')
  return [where, files.flatMap(([fileId, own]) => [fileId, own[0]!.line_no, own.at(-1)!.line_no])]
}

const dayOf = (day: Date | string | null): string =>
  day instanceof Date ? day.toISOString().slice(0, 10) : String(day ?? '')

const fileOf = (row: Row) => ({
  fileId: row.file_id,
  sourceId: row.source_id,
  sourceKind: row.source_kind ?? '',
  account: row.account,
  day: row.day && dayOf(row.day),
  lineCount: row.line_count,
  matchedTo: row.matched_to,
  state: row.state,
  eventCount: row.event_count,
  isDone: row.done_at !== null,
})

const totalOf = (row: Row) => ({
  currency: row.currency,
  lineCount: row.line_count,
  net: row.net,
  opening: row.opening,
  closing: row.closing,
})

const sumsOf = (row: Row) => ({
  currency: row.currency,
  state: row.state,
  count: Number(row.count),
  net: Number(row.net),
  passed: Number(row.passed),
  lastLine: row.last_line,
})

const lineOf = (row: Row) => ({
  fileId: row.file_id,
  lineNo: row.line_no,
  sourceId: row.source_id,
  sourceKind: row.source_kind ?? '',
  state: row.state,
  kind: row.kind,
  matchKey: row.match_key,
  contentHash: row.content_hash,
  amount: row.amount,
  fee: row.fee,
  vat: row.vat,
  net: row.net,
  currency: row.currency,
  expectationId: row.expectation_id,
  expectation: row.e_state === null ? null : settledOf(row),
})

const settledOf = (row: Row) => ({
  sourceId: row.e_source_id,
  matchKey: row.e_match_key,
  kind: row.e_kind,
  amount: row.e_amount,
  fee: row.e_fee,
  vat: row.e_vat,
  currency: row.e_currency,
  state: row.e_state,
})

const breakOf = (row: Row): BreakRow => ({
  breakId: row.break_id,
  subject: row.subject,
  class: row.class,
  sourceId: row.source_id,
  fileId: row.file_id,
  lineNo: row.line_no,
  batchRef: row.batch_ref,
  booked: row.booked,
  remaining: row.remaining,
  currency: row.currency,
  isClosed: row.closed_at !== null,
  state: row.state,
  version: row.version,
  eventCount: row.event_count,
})

const actionOf = (row: Row) => ({
  sequence: row.sequence,
  actor: row.actor,
  action: row.action,
  account: row.account,
  target: row.target,
  amount: row.amount,
  reason: row.reason,
  eventId: row.event_id,
})

const itemOf = (row: Row) => ({
  itemId: row.item_id,
  eventId: row.event_id,
  type: row.type,
  merchantId: row.merchant_id,
  currency: row.currency,
  net: row.net,
})

function hasSubject(
  { subject, file_id, line_no, line_found, expectation_found, payout_found }: Row,
  batches: Set<string>,
) {
  if (subject === `${file_id}:${line_no}`) return line_found !== null
  return expectation_found !== null || payout_found !== null || batches.has(subject)
}

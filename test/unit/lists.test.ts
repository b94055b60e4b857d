/** What the compiler cannot read knows every member of the lists: SQL, YAML, documents, texts. A failure names the file that does not. */
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import {
  accountChangeStates,
  acquirerDecisions,
  allocationKinds,
  batchStates,
  breakActions,
  breakClasses,
  breakStates,
  deadLetterStates,
  entriesByEvent,
  entryTypes,
  eventTypes,
  expectationStates,
  handOutcomes,
  invoiceStates,
  ledgerEventTypes,
  operationKinds,
  operationStates,
  operatorRoles,
  paymentStatuses,
  payoutFileStates,
  payoutStates,
  type RequestedKind,
  reconEntryTypes,
  reconFileStates,
  reconLineStates,
  reconProfiles,
  reconSourceKinds,
  refundFees,
  settlementCycles,
  settlementEntryTypes,
  settlementEventTypes,
  vatModes,
  verifyRunStates,
} from '../../shared/contracts/lists.ts'
import { consumerGroups, DEAD_LETTER_TOPIC, DOORBELL_TOPIC } from '../../shared/contracts/topics.ts'
import { en } from '../../web/src/i18n/en.ts'
import { ko } from '../../web/src/i18n/ko.ts'

const urlOf = (path: string): URL => new URL(`../../${path}`, import.meta.url)
const read = (path: string): string => readFileSync(fileURLToPath(urlOf(path)), 'utf8')

/** A place that repeats a list. */
interface Place {
  file: string
  members: readonly string[]
  /** What is written there. */
  words: () => readonly string[]
  /** It may say more than the members. */
  hasOthers?: true
}

const placesOf = (list: string, members: readonly string[], places: Omit<Place, 'members'>[]) =>
  places.map(place => ({ list, members, ...place }))

interface Check {
  file: string
  column: string
  words: string[]
}

/** Every `CHECK (column IN (…))` by its name, as the newest migration that names it leaves it. */
function checksOf(migrations: { file: string; sql: string }[]): Map<string, Check> {
  const checks = new Map<string, Check>()
  const pattern =
    /DROP CONSTRAINT (?<dropped>\w+)|CONSTRAINT (?<name>\w+)\s+CHECK \((?<column>\w+) IN \((?<list>[^)]+)\)\)/g
  for (const { file, sql } of migrations)
    for (const { groups } of sql.replaceAll(/^--.*$/gm, '').matchAll(pattern)) {
      const { dropped, name, column = '', list = '' } = groups!
      if (dropped !== undefined) checks.delete(dropped)
      else checks.set(name!, { file, column, words: list.split(',').map(word => word.trim().replaceAll("'", '')) })
    }
  return checks
}

const checks = checksOf(
  readdirSync(urlOf('migrations'))
    .filter(name => name.endsWith('.sql'))
    .sort()
    .map(name => ({ file: `migrations/${name}`, sql: read(`migrations/${name}`) })),
)
const checkNamed = (name: string): Omit<Place, 'members'> => {
  const { file, words } = checks.get(name) ?? { file: `migrations/ (${name})`, words: [] }
  return { file, words: () => words }
}

/** The first cells of the tables in a document, each as the words that a slash divides. */
const firstCells = (path: string): string[] =>
  read(path)
    .split('\n')
    .flatMap(line => /^\| ([^|]+) \|/.exec(line)?.[1]?.split(' / ') ?? [])

const codesIn = (text: string): string[] => [...text.matchAll(/`([^`]+)`/g)].map(match => match[1]!)

/** The code cells of the table whose first column has this heading. */
function tableUnder(path: string, heading: string): string[] {
  const [, rows = ''] = read(path).split(`\n| ${heading} |`)
  const [table = ''] = rows.split('\n\n')
  return table.split('\n').flatMap(line => codesIn(line.split('|')[1] ?? ''))
}

interface ApiSchema {
  enum?: string[]
  properties?: Record<string, { description: string }>
}
const schemas = (): Record<string, ApiSchema> => JSON.parse(read('docs/openapi.json')).components.schemas
const enumOf = (name: string): Omit<Place, 'members'> => ({
  file: 'docs/openapi.json',
  words: () => schemas()[name]?.enum ?? [],
})
const describedType = (name: string): Omit<Place, 'members'> => ({
  file: 'docs/openapi.json',
  words: () => codesIn(schemas()[name]?.properties?.type?.description ?? ''),
})

const texts = { 'web/src/i18n/ko.ts': ko, 'web/src/i18n/en.ts': en }
const textsOf = (tableIn: (text: typeof ko) => object, hasOthers?: true): Omit<Place, 'members'>[] =>
  Object.entries(texts).map(([file, text]) => ({ file, words: () => Object.keys(tableIn(text)), hasOthers }))

interface Yml {
  functions: Record<string, { events: { httpApi?: string; kafka?: { topic: string; consumerGroupId: string } }[] }>
}
const { functions }: Yml = parse(read('serverless.yml'), { merge: true })
const triggersOf = (name: string) => functions[name]!.events.flatMap(({ kafka }) => kafka ?? [])
const mutationRoutes = Object.values(functions)
  .flatMap(({ events }) => events.flatMap(({ httpApi }) => (typeof httpApi === 'string' ? httpApi : [])))
  .flatMap(route => /^POST \/payments\/(\w+)/.exec(route)?.[1] ?? [])

const eventTopics = (file: string, heading: string): Omit<Place, 'members'> => ({
  file,
  words: () => tableUnder(file, heading).filter(word => word !== DOORBELL_TOPIC && word !== DEAD_LETTER_TOPIC),
})

const requestedKinds: Record<RequestedKind, true> = { authorize: true, capture: true, refund: true, void: true }
const permissions = read('docs/deploy.md')
  .split('\n')
  .find(line => line.startsWith('The login needs these permissions in Kafka'))

const places: (Place & { list: string })[] = [
  ...placesOf('paymentStatuses', paymentStatuses, [
    checkNamed('payment_status'),
    enumOf('PaymentStatus'),
    { file: 'docs/glossary.md', words: () => tableUnder('docs/glossary.md', 'status') },
    ...textsOf(text => text.statuses),
  ]),
  ...placesOf('operationKinds', operationKinds, [
    checkNamed('payment_operation_kind'),
    enumOf('OperationKind'),
    { file: 'docs/glossary.md', words: () => firstCells('docs/glossary.md'), hasOthers: true },
  ]),
  ...placesOf('requested kinds', Object.keys(requestedKinds), [
    { file: 'serverless.yml', words: () => mutationRoutes },
    ...textsOf(text => text.answers, true),
  ]),
  ...placesOf('handOutcomes', handOutcomes, [checkNamed('manual_settlement_outcome')]),
  ...placesOf('acquirerDecisions', acquirerDecisions, [checkNamed('manual_settlement_said')]),
  ...placesOf('operationStates', operationStates, [
    checkNamed('payment_operation_state'),
    enumOf('OperationState'),
    { file: 'docs/glossary.md', words: () => tableUnder('docs/glossary.md', 'state') },
  ]),
  ...placesOf('vatModes', vatModes, [checkNamed('settlement_terms_vat'), checkNamed('acquirer_terms_vat')]),
  ...placesOf('refundFees', refundFees, [checkNamed('settlement_terms_refund'), checkNamed('acquirer_terms_refund')]),
  ...placesOf('settlementCycles', settlementCycles, [checkNamed('settlement_terms_cycle')]),
  ...placesOf('batchStates', batchStates, [checkNamed('settlement_batch_state')]),
  ...placesOf('payoutStates', payoutStates, [checkNamed('payout_state')]),
  ...placesOf('payoutFileStates', payoutFileStates, [checkNamed('payout_file_state')]),
  ...placesOf('invoiceStates', invoiceStates, [checkNamed('merchant_invoice_state')]),
  ...placesOf('accountChangeStates', accountChangeStates, [checkNamed('account_change_state')]),
  ...placesOf('expectationStates', expectationStates, [checkNamed('recon_expectation_state')]),
  ...placesOf('reconSourceKinds', reconSourceKinds, [checkNamed('recon_source_kind')]),
  ...placesOf('reconProfiles', reconProfiles, [checkNamed('recon_source_profile')]),
  ...placesOf('reconFileStates', reconFileStates, [checkNamed('recon_file_state')]),
  ...placesOf('reconLineStates', reconLineStates, [checkNamed('recon_line_state')]),
  ...placesOf('allocationKinds', allocationKinds, [checkNamed('recon_allocation_kind')]),
  ...placesOf('breakClasses', breakClasses, [
    checkNamed('recon_break_class'),
    { file: 'docs/reconciliation.md', words: () => tableUnder('docs/reconciliation.md', 'class') },
  ]),
  ...placesOf('breakStates', breakStates, [checkNamed('recon_break_state')]),
  ...placesOf('breakActions', breakActions, [
    checkNamed('recon_break_action_action'),
    { file: 'docs/reconciliation.md', words: () => tableUnder('docs/reconciliation.md', 'action') },
  ]),
  ...placesOf('reconEntryTypes', reconEntryTypes, [
    { file: 'docs/reconciliation.md', words: () => tableUnder('docs/reconciliation.md', 'entry type') },
  ]),
  ...placesOf('deadLetterStates', deadLetterStates, [checkNamed('dead_letter_state'), enumOf('DeadLetterState')]),
  ...placesOf('operatorRoles', operatorRoles, [checkNamed('operator_role')]),
  ...placesOf('verifyRunStates', verifyRunStates, [checkNamed('verify_run_state')]),
  ...placesOf('entryTypes', entryTypes, [
    { file: 'shared/contracts/lists.ts (entriesByEvent)', words: () => Object.values(entriesByEvent).flat() },
    describedType('LedgerEntry'),
    { file: 'docs/glossary.md', words: () => tableUnder('docs/glossary.md', 'entry type') },
    ...textsOf(text => text.ledger.types, true),
    ...textsOf(text => text.ledger.words, true),
  ]),
  ...placesOf('eventTypes', eventTypes, [describedType('PaymentEvent')]),
  ...placesOf(
    'eventTypes, settlementEventTypes',
    [...eventTypes, ...settlementEventTypes],
    [eventTopics('docs/events.md', 'topic'), eventTopics('docs/events.ko.md', '토픽')],
  ),
  ...placesOf('settlementEntryTypes', settlementEntryTypes, [
    { file: 'docs/settlement.md', words: () => tableUnder('docs/settlement.md', 'entry type'), hasOthers: true },
  ]),
  ...placesOf(
    'eventTypes, dashed',
    eventTypes.map(type => type.replace('.', '-')),
    textsOf(text => text.events.names, true),
  ),
  ...placesOf('ledgerEventTypes', ledgerEventTypes, [
    { file: 'serverless.yml', words: () => triggersOf('recordLedger').map(({ topic }) => topic) },
    { file: 'serverless.yml', words: () => triggersOf('expectSettlement').map(({ topic }) => topic) },
    {
      file: 'docs/deploy.md',
      words: () => codesIn(/read ([^;]+);/.exec(permissions ?? '')?.[1] ?? ''),
      hasOthers: true,
    },
  ]),
  ...placesOf(
    'consumerGroups',
    consumerGroups.map(({ groupId }) => groupId),
    [
      {
        file: 'serverless.yml',
        words: () => Object.keys(functions).flatMap(name => triggersOf(name).map(each => each.consumerGroupId)),
      },
      { file: 'docs/deploy.md', words: () => codesIn(/the groups ([^;]+);/.exec(permissions ?? '')?.[1] ?? '') },
    ],
  ),
]

test.each(places)('$file knows the $list', ({ file, list, members, words, hasOthers }) => {
  const written = words()
  const missing = members.filter(member => !written.includes(member))
  const others = hasOthers ? [] : written.filter(word => !members.includes(word))

  expect({ file, list, missing, others }).toEqual({ file, list, missing: [], others: [] })
})

test('no member is on its list twice', () => {
  for (const list of [
    paymentStatuses,
    operationKinds,
    operationStates,
    entryTypes,
    settlementEntryTypes,
    reconEntryTypes,
    eventTypes,
  ])
    expect([...new Set<string>(list)]).toEqual([...list])
})

describe('the CHECKs of the migrations', () => {
  test('there is one for each list but those of entry types, item types and topics', () => {
    const columns = new Set([...checks.values()].map(({ column }) => column))

    expect([...columns].sort()).toEqual([
      'acquirer_said',
      'action',
      'class',
      'closed',
      'cycle',
      'kind',
      'outcome',
      'profile',
      'refund_fee',
      'reversal_rule',
      'role',
      'state',
      'status',
      'subject_kind',
      'vat_mode',
    ])
  })

  test('are read as the newest migration leaves them', () => {
    const made = { file: '1', sql: "CONSTRAINT a CHECK (x IN ('old')),\nCONSTRAINT b CHECK (y IN ('gone'))" }
    const changed = {
      file: '2',
      sql: "-- CONSTRAINT a CHECK (x IN ('said'))\nDROP CONSTRAINT a, ADD CONSTRAINT a CHECK (x IN ('old',\n 'new'));\nDROP CONSTRAINT b;",
    }

    expect([...checksOf([made, changed])]).toEqual([['a', { file: '2', column: 'x', words: ['old', 'new'] }]])
  })
})

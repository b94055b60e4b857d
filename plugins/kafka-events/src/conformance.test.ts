/** The conformance table of the Kafka plugin: complete, current on its page, and its settings rows as tests. */
import { readFileSync } from 'node:fs'
import { describe, expect, test } from '@jest/globals'
import type { MSKEvent, SelfManagedKafkaEvent } from 'aws-lambda'
import { rows, topics } from '../test/conformance/rows/index.ts'
import { fixtureEvent } from '../test/conformance/support/fixtures.ts'
import {
  type ElsewhereTest,
  isEmulated,
  type RefusedTest,
  type Row,
  type SettingsTest,
  type Trigger,
  titleOf,
} from '../test/conformance/support/row.ts'
import { type FunctionPart, serviceOf } from '../test/conformance/support/service.ts'
import { tableText } from '../test/conformance/support/table.ts'
import type { LambdaKafkaEvent, LambdaKafkaRecord } from './lambda-event.ts'
import { naming } from './settings/framework.fixture.ts'
import { readSettings } from './settings/read-settings.ts'

const pluginFolder = new URL('../', import.meta.url)
const readPluginFile = (path: string): string => readFileSync(new URL(path, pluginFolder), 'utf8')
const names = { topic: 'orders.placed', groupId: 'ship', onFailureTopic: 'orders.failed' }

describe('the table', () => {
  test('every row has a test, or a reason why it is not emulated', () => {
    for (const row of rows) {
      expect([titleOf(row), row.test !== undefined]).toEqual([titleOf(row), isEmulated(row)])
      expect(row.source).toMatch(/^https:\/\//)
      if (!isEmulated(row)) expect(row.here).toMatch(/^not emulated: \S.{10}/)
    }
  })

  test('no two rows are the same situation', () => {
    const titles = rows.map(titleOf)
    expect(titles.filter((title, index) => titles.indexOf(title) !== index)).toEqual([])
  })

  test('the page is current: node plugins/kafka-events/test/conformance/write-table.ts writes it', () => {
    expect(readPluginFile('docs/conformance.md')).toBe(tableText(topics))
  })
})

describe('rows that other tests prove', () => {
  test.each(withTest('elsewhere'))('%s', (_title, row) => {
    const { file, name } = row.test as ElsewhereTest
    expect(readPluginFile(file)).toContain(name)
  })
})

describe('settings that stop the start', () => {
  test.each(withTest('refused'))('%s', (_title, row) => {
    const refused = row.test as RefusedTest
    const problems = problemsOf(refused)
    for (const problem of refused.problems) expect(problems).toContain(problem)
  })
})

describe('settings that are read', () => {
  test.each(withTest('settings'))('%s', (_title, row) => {
    const { reads, warnings = [], ...trigger } = row.test as SettingsTest
    const settings = read(trigger)
    if (reads) expect(settings.sources).toMatchObject([reads])
    else expect(settings.sources).toEqual([])
    for (const warning of warnings) expect(settings.warnings.join('\n')).toContain(warning)
  })
})

describe('types', () => {
  type Complete = Omit<LambdaKafkaEvent, 'records'> & { records: { [name: string]: Required<LambdaKafkaRecord>[] } }

  test('an event whose records have keys and values is what @types/aws-lambda says', () => {
    const offsetOfSelfManaged = (event: SelfManagedKafkaEvent) => event.records['mytopic-0']![0]!.offset
    const offsetOfMsk = (event: MSKEvent) => event.records['mytopic-0']![0]!.offset
    const offsetOf = (event: Complete): number =>
      event.eventSource === 'SelfManagedKafka'
        ? offsetOfSelfManaged({ ...event, eventSource: event.eventSource })
        : offsetOfMsk({ ...event, eventSource: event.eventSource, eventSourceArn: event.eventSourceArn! })
    for (const file of ['self-managed.json', 'msk.json'])
      expect(offsetOf(fixtureEvent(file, 'mytopic', 'b-1:9092') as Complete)).toBe(15)
  })
})

function withTest(kind: 'elsewhere' | 'refused' | 'settings'): [string, Row][] {
  return rows.filter(row => row.test?.kind === kind).map(row => [titleOf(row), row])
}

function problemsOf(trigger: Trigger): string {
  try {
    read(trigger)
  } catch (error) {
    return (error as { problems: string[] }).problems.join('\n')
  }
  return ''
}

function read(trigger: Trigger) {
  const part: FunctionPart = { functionKey: 'ship', trigger, names }
  const { service, custom, functions, resources } = serviceOf([part], { bootstrapServers: 'localhost:9092' })
  return readSettings({ service, custom, functions, resources }, naming)
}

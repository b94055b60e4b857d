/** Rules and boards against what they name: metrics and labels of docs/metrics.md, and sections of docs/runbook.md. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import {
  type AlertRule,
  knownMetrics,
  labelsOfResult,
  metricsInTable,
  type RecordingRule,
  rulesIn,
  unknownNames,
} from '../support/known-metrics.ts'
import { repositoryFolder } from '../support/system.ts'

const textOf = (path: string) => readFileSync(join(repositoryFolder, path), 'utf8')
const known = await knownMetrics()
const alerts = rulesIn<AlertRule>('alert-rules.yml')
const recordings = rulesIn<RecordingRule>('recording-rules.yml')

/** As GitHub makes them of headings. */
const anchorsIn = (markdown: string) =>
  [...markdown.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  )

describe('the list of metrics', () => {
  test('is read with labels, histograms and those that stand behind the labels', () => {
    const table = [
      '| metric | labels | source |',
      '|---|---|---|',
      '| `a_total`, `b_total` | kind, outcome (`x`, `y`) | text |',
      '| `c_seconds` (histogram) | route | |',
      '| `d` | state (`used`), `d_max`, `d_waiting` | |',
    ].join('\n')
    const found = metricsInTable(table)
    expect([...found.keys()].sort()).toEqual(
      ['a_total', 'b_total', 'c_seconds_bucket', 'c_seconds_count', 'c_seconds_sum', 'd', 'd_max', 'd_waiting'].sort(),
    )
    expect([...found.get('b_total')!].sort()).toEqual(['instance', 'job', 'kind', 'outcome'])
    expect(found.get('c_seconds_bucket')?.has('le')).toBe(true)
    expect([...found.get('d_max')!].sort()).toEqual(['instance', 'job'])
  })

  test('knows what it does not have', () => {
    expect(unknownNames('sum by (route) (rate(http_requests_total{status="500"}[5m]))', known)).toEqual([])
    expect(unknownNames('http_request_total', known)).toEqual(['there is no metric http_request_total'])
    expect(unknownNames('sum by (rout) (http_requests_total{state="500"})', known)).toEqual([
      'http_requests_total has no label state',
      'nothing has the label rout',
    ])
    expect(() => unknownNames('sum(', known)).toThrow('no PromQL')
  })
})

describe.each(recordings.map(rule => [rule.record, rule] as const))('the recording rule %s', (name, { expr }) => {
  test('names what there is, and is named for what it keeps', () => {
    expect(unknownNames(expr, known)).toEqual([])
    const [labels = ''] = name.split(':')
    expect([...known.get(name)!].sort()).toEqual([...new Set(['job', labels])].sort())
  })
})

describe.each(alerts.map(rule => [rule.alert, rule] as const))('the alert %s', (_, rule) => {
  test('names what there is', () => {
    expect(unknownNames(rule.expr, known)).toEqual([])
  })

  test('says how grave it is, what happened and what to do, in both languages', () => {
    expect(['critical', 'warning']).toContain(rule.labels.severity)
    const { summary, summary_ko, description, description_ko, runbook_url, ...others } = rule.annotations
    expect(others).toEqual({})
    for (const text of [summary, description]) expect(text).toMatch(/^[\x20-\x7e]{10,}$/)
    for (const text of [summary_ko, description_ko]) expect(text).toMatch(/\p{Script=Hangul}/u)
    const [file, anchor = ''] = runbook_url!.split('#')
    expect(anchorsIn(textOf(file!))).toContain(anchor)
  })

  test('fills its sentences only with labels that it has', () => {
    const texts = Object.values(rule.annotations).join('\n')
    const used = [...texts.matchAll(/\$labels\.(\w+)/g)].map(match => match[1]!)
    const has = labelsOfResult(rule.expr, known)
    expect(used.filter(label => !has.has(label))).toEqual([])
  })
})

interface RuleTests {
  tests: Array<{ name: string; promql_expr_test?: Array<{ exp_samples?: Array<{ labels: string }> }> }>
}

test('every alert is tested to fire and to be quiet', () => {
  const { tests } = parse(textOf('deploy/prometheus/alert-rules.test.yml')) as RuleTests
  for (const { alert } of alerts) {
    const own = tests.filter(({ name }) => name.startsWith(`${alert} `))
    const checks = own.flatMap(({ promql_expr_test = [] }) => promql_expr_test)
    const fires = checks.some(({ exp_samples = [] }) =>
      exp_samples.some(({ labels }) => labels.includes(`alertname="${alert}"`)),
    )
    const isQuiet = checks.some(({ exp_samples = [] }) => exp_samples.length === 0)
    expect({ alert, fires, isQuiet }).toEqual({ alert, fires: true, isQuiet: true })
  }
})

/** docs/metrics.md lists every metric that is registered, with its kind and labels, and no other. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Counter, Gauge, Histogram } from 'prom-client'
import { projectRoot } from '../../scripts/local/paths.ts'
import { printedMetrics } from '../../shared/runtime/embedded-metrics.ts'
import { createMetrics } from '../../shared/runtime/metrics.ts'

interface Row {
  name: string
  kind: string
  labels: string[]
  isPrinted: boolean
}

const metrics = createMetrics({ ofProcess: false })

const kinds = { counter: Counter, gauge: Gauge, histogram: Histogram }

/** prom-client keeps names and labels of a metric, and does not say so in its types. */
const partsOf = (metric: unknown) => metric as { name: string; labelNames: string[] }

const registered: Row[] = metrics.registry.getMetricsAsArray().map(metric => {
  const { name, labelNames } = partsOf(metric)
  const kind = Object.entries(kinds).find(([, Kind]) => (metric as unknown) instanceof Kind)?.[0] ?? 'unknown'
  const isPrinted = printedMetrics.some(key => (metrics[key] as unknown) === metric)
  return { name, kind, labels: [...labelNames], isPrinted }
})

const text = readFileSync(join(projectRoot, 'docs/metrics.md'), 'utf8')
const documented: Row[] = text
  .slice(text.indexOf('## The list'), text.indexOf('## How old a gauge is'))
  .split('\n')
  .filter(line => line.startsWith('| `'))
  .map(line => {
    const [name = '', kind = '', labels = '', , printed] = line
      .split('|')
      .slice(1, -1)
      .map(cell => cell.trim())
    return {
      name: name.replaceAll('`', ''),
      kind,
      labels: labels === '' ? [] : labels.split(', '),
      isPrinted: printed === 'yes',
    }
  })

const byName = (a: Row, b: Row) => (a.name < b.name ? -1 : 1)

describe('docs/metrics.md', () => {
  test('has a row for each registered metric, and no other', () => {
    expect(documented.toSorted(byName)).toEqual(registered.toSorted(byName))
  })
})

describe('the names', () => {
  test.each(registered)('of $name keep to the conventions of Prometheus', ({ name, kind, labels }) => {
    expect(name).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
    expect(name.endsWith('_total')).toBe(kind === 'counter')
    expect(name).not.toMatch(/_(ms|millis|milliseconds|micros|minutes|hours|count|sum|bucket|info)$/)
    if (/duration|age|oldest|still|time/.test(name)) expect(name).toMatch(/_seconds$/)
    for (const label of labels) {
      expect(label).toMatch(/^[a-z][a-z_]*$/)
      expect(label).not.toMatch(/(_|^)id$|merchant|payment|request/)
    }
  })
})

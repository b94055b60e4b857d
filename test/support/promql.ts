/** What a PromQL expression names: metrics with the labels that it filters by, and the labels that it groups by. */
import { parser } from '@prometheus-io/lezer-promql'

export interface Named {
  metrics: { name: string; labels: string[] }[]
  /** Of `by`, `without`, `on` and `ignoring`. */
  groupings: string[]
}

/** Throws when the expression cannot be parsed. */
export function namedIn(expr: string): Named {
  const found: Named = { metrics: [], groupings: [] }
  const text = ({ from, to }: { from: number; to: number }) => expr.slice(from, to)
  let inGrouping = false
  parser.parse(expr).iterate({
    enter: node => {
      if (node.type.isError) throw new Error(`no PromQL at "${expr.slice(node.from)}" of ${expr}`)
      if (node.name === 'VectorSelector') found.metrics.push({ name: '', labels: [] })
      if (node.name === 'GroupingLabels') inGrouping = true
      if (node.name === 'Identifier') found.metrics.at(-1)!.name = text(node)
      if (node.name === 'LabelName') (inGrouping ? found.groupings : found.metrics.at(-1)!.labels).push(text(node))
    },
    leave: node => {
      if (node.name === 'GroupingLabels') inGrouping = false
    },
  })
  return found
}

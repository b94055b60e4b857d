/** What a board of figures says: panels in rows, each with its questions to Prometheus, titles in both languages. */

export interface Words {
  en: string
  ko: string
}

export interface Query {
  /** PromQL without variables: it can be asked as it is. */
  expr: string
  /** The name of each line, with `{{label}}` for its labels. */
  legend: string
}

/** How Grafana writes the numbers down. */
export type Unit = 'reqps' | 'ops' | 's' | 'percentunit' | 'short' | 'cps'

export interface Panel {
  title: Words
  unit: Unit
  queries: Query[]
  /** `lines`: over time. `areas`: the same, one on top of the other. `number`: the newest value alone, which must be 0. */
  kind: 'lines' | 'areas' | 'number'
  /** Of 24. */
  width: number
}

export interface Board {
  uid: string
  title: Words
  rows: { title: Words; panels: Panel[] }[]
}

interface PanelOptions {
  unit?: Unit
  kind?: Panel['kind']
  width?: number
}

/** Eight panels of half the width fill a screen. */
export function panel(en: string, ko: string, queries: Query[], options: PanelOptions = {}): Panel {
  return { title: { en, ko }, queries, unit: 'short', kind: 'lines', width: 12, ...options }
}

export const query = (expr: string, legend: string): Query => ({ expr, legend })

export const row = (en: string, ko: string, panels: Panel[]) => ({ title: { en, ko }, panels })

/** A sum of all processes for each value of these labels, a second. */
export const rateBy = (labels: string, selector: string): string => `sum by (${labels}) (rate(${selector}[1m]))`

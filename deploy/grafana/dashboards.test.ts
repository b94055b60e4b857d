/** The dashboards: those that the boards make, with titles in both languages, questions that can be asked and names that are there. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { knownMetrics, labelsOfResult, unknownNames } from '../../test/support/known-metrics.ts'
import { DATASOURCE, dashboardOf } from './dashboard-json.ts'
import { boards, dashboardsFolder, fileOf } from './dashboards.ts'

const known = await knownMetrics()
const provisioned = (path: string) => parse(readFileSync(join(import.meta.dirname, 'provisioning', path), 'utf8'))

test('there is no file that no board makes', () => {
  expect(readdirSync(dashboardsFolder).sort()).toEqual(boards.map(({ uid }) => `${uid}.json`).sort())
})

test('their source is the one that is provisioned', () => {
  expect(provisioned('datasources/prometheus.yml').datasources).toMatchObject([DATASOURCE])
})

describe.each(boards.map(board => [board.uid, board] as const))('the dashboard %s', (_, board) => {
  const panels = board.rows.flatMap(row => row.panels)
  const queries = panels.flatMap(panel => panel.queries)

  test('is what its board makes: `npm run dashboards` writes it', () => {
    expect(JSON.parse(readFileSync(fileOf(board), 'utf8'))).toEqual(JSON.parse(JSON.stringify(dashboardOf(board))))
  })

  test('gives each panel a number of its own and a place in the grid', () => {
    const made = dashboardOf(board).panels as Array<{ id: number; gridPos: { x: number; w: number } }>
    expect(new Set(made.map(({ id }) => id)).size).toBe(panels.length + board.rows.length)
    expect(made.filter(({ gridPos: { x, w } }) => x + w > 24)).toEqual([])
  })

  test('has titles in both languages', () => {
    const titles = [board.title, ...board.rows.map(row => row.title), ...panels.map(panel => panel.title)]
    // A name is the same in every language.
    const words = titles.filter(({ en }) => en !== 'CPU')
    expect(words.filter(({ en, ko }) => !/^[\x20-\x7e]+$/.test(en) || !/\p{Script=Hangul}/u.test(ko))).toEqual([])
  })

  test('names what there is', () => {
    expect(queries.flatMap(({ expr }) => unknownNames(expr, known))).toEqual([])
  })

  test('names lines only by labels that they have', () => {
    const wrong = queries.flatMap(({ expr, legend }) => {
      const has = labelsOfResult(expr, known)
      return [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(match => match[1]!).filter(label => !has.has(label))
    })
    expect(wrong).toEqual([])
  })
})

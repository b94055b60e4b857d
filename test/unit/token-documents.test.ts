/** The documents name the sandbox's payment methods and accounts as the contracts do: a table has each, and no document names another. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from '@jest/globals'
import { settlementColumns } from '../../shared/contracts/acquirer.ts'
import { accountTokens } from '../../shared/contracts/bank.ts'
import {
  APPROVING_TOKEN,
  declineReasons,
  SLOW_TOKEN,
  settlementFaults,
  testTokens,
  tokenFailures,
} from '../../shared/contracts/test-tokens.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const read = (path: string): string => readFileSync(join(root, path), 'utf8')

/** The cells of each row below the header whose first cell is this one. */
function tableOf(document: string, firstHeader: string): string[][] {
  const lines = read(document).split('\n')
  const header = lines.findIndex(line => line.startsWith(`| ${firstHeader} |`))
  const rows = lines.slice(header + 2)
  return rows
    .slice(
      0,
      rows.findIndex(line => !line.startsWith('|')),
    )
    .map(row =>
      row
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
}

/** The routes that begin a line or a cell. */
function routesOf(text: string): string[] {
  const routeIn = /^[ |*`]*((?:GET|PUT|POST) +\/[^\s?`]*)/gm
  return [...text.matchAll(routeIn)].map(([, route]) => route!.replace(/ +/, ' '))
}

const table = tableOf('docs/acquirer.md', 'token')

describe("the acquirer's table of tokens", () => {
  test('has a row for each, and one for any other', () => {
    const named = table.map(([token]) => /`(.*)`/.exec(token!)?.[1] ?? token)
    expect(named).toEqual([APPROVING_TOKEN, SLOW_TOKEN, ...tokenFailures.map(failure => `…${failure}`), 'any other'])
  })

  test('gives each decline its reason', () => {
    const declined = table.filter(([, answer]) => answer!.startsWith('declined'))
    const reasons = declined.map(([token, answer]) => [token, /`(.*)`/.exec(answer!)?.[1]])
    expect(reasons).toEqual([
      ...Object.entries(declineReasons).map(([failure, reason]) => [`\`…${failure}\``, reason]),
      ['any other', 'unknown_payment_method'],
    ])
  })
})

describe("the acquirer's document", () => {
  test('has a row for each token that spoils a settlement', () => {
    const named = tableOf('docs/acquirer.md', 'settlement token').map(([token]) => token)
    expect(named).toEqual(settlementFaults.map(fault => `\`tok_settle_${fault}\``))
  })

  test("explains the columns of the settlement file in the contract's order", () => {
    const named = tableOf('docs/acquirer.md', 'column').map(([column]) => column)
    expect(named).toEqual(settlementColumns.map(column => `\`${column}\``))
  })

  test("names each route of the contract's table, and no other", () => {
    expect(tableOf('docs/acquirer.md', 'request').flatMap(([request]) => routesOf(request!))).toEqual(
      routesOf(read('shared/contracts/acquirer.ts')),
    )
  })
})

describe("the bank's document", () => {
  const accounts = tableOf('docs/bank.md', 'account')

  test('has a row for each account token, and one for any other', () => {
    expect(accounts.map(([account]) => /`(.*)`/.exec(account!)?.[1] ?? account)).toEqual([
      ...accountTokens,
      'any other',
    ])
  })

  test("names each route of the contract's table, and no other", () => {
    expect(tableOf('docs/bank.md', 'request').flatMap(([request]) => routesOf(request!))).toEqual(
      routesOf(read('shared/contracts/bank.ts')),
    )
  })
})

const documents = [
  'README.md',
  'README.ko.md',
  ...readdirSync(join(root, 'docs'))
    .filter(name => /\.(md|json)$/.test(name))
    .map(name => `docs/${name}`),
]

test.each(documents)('%s names no token that the sandbox does not have', document => {
  // `tok_X` stands for all of them, `tok_` alone for how they begin.
  const named = read(document).match(/\btok_[a-z0-9_]+\b/g) ?? []
  expect(named.filter(token => !token.endsWith('_') && !testTokens.includes(token))).toEqual([])
})

/** docs/openapi.json: made from the contracts, valid, whole, and its examples are what it says. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { Validator } from '@seriousme/openapi-schema-validator'
import { parse } from 'yaml'
import { projectRoot } from '../../scripts/local/paths.ts'
import { createApiDocument } from '../../scripts/openapi/document.ts'
import { readProduct } from '../../scripts/openapi/product.ts'
import { contractOf } from '../../shared/contracts/api.ts'
import { errorCodes } from '../../shared/contracts/errors.ts'
import { type RefusalName, refusalNames, refusals } from '../../shared/contracts/refusals.ts'
import { readinessView } from '../../shared/contracts/routes/get-readiness.ts'
import { routeNames, routes } from '../../shared/contracts/routes.ts'
import type { Operation } from '../../shared/http/docs-page/document.ts'
import type { Readiness } from '../../shared/runtime/health.ts'
import { OpenApi } from '../support/openapi.ts'

const read = (path: string): string => readFileSync(join(projectRoot, path), 'utf8')
const committed = JSON.parse(read('docs/openapi.json'))
const openApi = new OpenApi(committed)
const operations = openApi.operations()

describe('docs/openapi.json', () => {
  test('is what `npm run openapi` makes', () => {
    expect(JSON.stringify(committed)).toBe(JSON.stringify(createApiDocument(readProduct())))
  })

  test('is valid OpenAPI 3.1', async () => {
    const validator = new Validator()

    expect(await validator.validate(structuredClone(committed))).toEqual({ valid: true })
    expect(validator.version).toBe('3.1')
  })

  test('is of this version and under this license', () => {
    const { version, license } = JSON.parse(read('package.json'))

    expect([committed.info.version, committed.info.license.identifier]).toEqual([version, license])
  })

  test('has a name for each operation, and both languages for whatever has one', () => {
    const named = operations.map(({ operation }) => operation.operationId)
    const missing: string[] = []
    const visit = (value: unknown, path: string): void => {
      if (typeof value !== 'object' || value === null) return
      const node = value as Record<string, unknown>
      for (const key of ['summary', 'description'])
        if (
          typeof node[key] === 'string' &&
          !/servers|parameters\/\d+$/.test(path) &&
          node[`x-${key}-ko`] === undefined
        )
          missing.push(`${path}/${key}`)
      for (const [key, child] of Object.entries(node)) if (key !== 'value') visit(child, `${path}/${key}`)
    }
    visit(committed.paths, '')
    visit(committed.components.responses, '')
    visit(committed.info, '')

    expect(new Set(named)).toEqual(new Set(routeNames))
    expect(missing).toEqual([])
  })
})

describe('the routes', () => {
  interface Yml {
    custom: { deployed: { openRoutes: string[]; offlineOnly: string[] } }
    functions: Record<
      string,
      { handler: string; events: Array<{ httpApi?: string | { method: string; path: string } }> }
    >
  }
  const { functions, custom } = parse(read('serverless.yml'), { merge: true }) as Yml
  const deployed = Object.entries(functions).flatMap(([name, { handler, events }]) =>
    events.flatMap(({ httpApi }) => {
      if (httpApi === undefined || httpApi === '*') return []
      const route = typeof httpApi === 'string' ? httpApi : `${httpApi.method.toUpperCase()} ${httpApi.path}`
      return [{ name, route, file: handler.replace(/\.handler$/, '.ts') }]
    }),
  )

  test('of serverless.yml and of the document are the same', () => {
    const documented = operations.map(({ method, path }) => `${method} ${path}`)

    expect(documented.sort()).toEqual(deployed.map(({ route }) => route).sort())
    expect(documented).toEqual(Object.values<string>(routes).sort())
  })

  test.each(deployed)(
    '$route says in $file which statuses it answers, and the document knows them',
    ({ route, file }) => {
      const [opening] = read(file).split('*/')
      const name = routeNames.find(candidate => routes[candidate] === route)!
      const { answers, refusals: refused } = contractOf(name)
      const documented = new Set([...Object.keys(answers).map(Number), ...refused.map(one => refusals[one].statusCode)])
      const said = [...opening!.matchAll(/(?<![\w.])([1-5]\d\d)(?![\w.])/g)].map(match => Number(match[1]))

      // One file may serve two routes, each with a part of what its opening names.
      const all =
        deployed.filter(other => other.file === file).length > 1 ? said.filter(one => documented.has(one)) : said
      expect([...documented].sort()).toEqual([...new Set(all)].sort())
    },
  )

  test('that exist offline only, and those that ask for no signature when deployed, are as serverless.yml says', () => {
    const { openRoutes, offlineOnly } = custom.deployed
    const routesWhere = (chosen: (operation: Operation) => boolean) =>
      operations.filter(({ operation }) => chosen(operation)).map(({ method, path }) => `${method} ${path}`)
    const offlineRoutes = deployed.filter(({ name }) => offlineOnly.includes(name)).map(({ route }) => route)

    expect(routesWhere(operation => operation['x-offline-only'] === true)).toEqual(offlineRoutes)
    expect(routesWhere(({ security }) => security?.length === 0)).toEqual([
      ...openRoutes,
      ...offlineRoutes.filter(route => route !== 'DELETE /operator/session'),
    ])
    const ofSandbox = { consoleSession: [], consoleSecret: [] }
    expect(openApi.operation('getSession').security).toEqual([ofSandbox, { operatorToken: [] }])
    expect(openApi.operation('signOut').security).toEqual([ofSandbox])
    expect(committed.security).toEqual([{ awsSignature: [] }, {}])
  })
})

describe('the errors', () => {
  test('have each a refusal, and the document explains each', () => {
    const codes = refusalNames.map(name => refusals[name].body.shape.code.value)

    expect(new Set(codes)).toEqual(new Set(errorCodes))
    expect(
      committed['x-errors'].map((row: { code: string; statusCode: number }) => [row.code, row.statusCode]),
    ).toEqual(refusalNames.map(name => [refusals[name].body.shape.code.value, refusals[name].statusCode]))
  })

  test('have an example for each status and code that a route can answer', () => {
    for (const name of routeNames) {
      const { refusals: refused } = contractOf(name)
      const given = new Set(
        openApi.examples(name).map(({ status, value }) => `${status} ${(value as { code?: string }).code}`),
      )

      for (const refusal of refused as RefusalName[])
        expect(given).toContain(`${refusals[refusal].statusCode} ${refusals[refusal].body.shape.code.value}`)
    }
  })
})

describe('the examples', () => {
  test.each(routeNames)('of %s fit their schemas, and nothing is in them that is not described', name => {
    for (const { status, mediaType, value } of openApi.examples(name))
      expect({ status, value, problems: openApi.bodyProblems(name, status, mediaType, value) }).toEqual({
        status,
        value,
        problems: [],
      })
    for (const value of openApi.requestExamples(name))
      expect({ value, problems: openApi.requestProblems(name, value) }).toEqual({ value, problems: [] })
  })

  test.each(routeNames)('of %s: whatever is sent is accepted by the contract itself', name => {
    const { body } = contractOf(name)

    for (const value of openApi.requestExamples(name)) expect(body!.parse(value)).toEqual(value)
  })

  test('are there for every answer but the description itself', () => {
    const without = routeNames.flatMap(name => {
      const shown = new Set(openApi.examples(name).map(({ status }) => String(status)))
      return Object.keys(openApi.operation(name).responses)
        .filter(status => !shown.has(status))
        .map(status => `${name} ${status}`)
    })

    expect(without).toEqual(['getApiDescription 200', 'getDocs 200'])
  })

  test('a value that does not fit is seen', () => {
    expect(openApi.bodyProblems('getLiveness', 200, 'application/json', { status: 'fine' })).not.toEqual([])
    expect(openApi.bodyProblems('getLiveness', 200, 'application/json', { status: 'ok', more: 1 })).not.toEqual([])
    expect(openApi.bodyProblems('getLiveness', 418, 'application/json', {})).not.toEqual([])
    expect(openApi.requestProblems('refundPayment', { reasons: 'x' })).not.toEqual([])
  })
})

describe('the words of a readiness', () => {
  test('are those that the runtime uses', () => {
    const states: Readiness[] = (['ok', 'degraded', 'down'] as const).map(status => ({
      status,
      dependencies: { mariadb: 'up', kafka: 'down', redis: 'up', acquirer: 'up' },
      problems: [],
    }))

    expect(states.map(state => readinessView.parse(state))).toEqual(states)
    expect(readinessView.shape.status.options).toEqual(states.map(state => state.status))
  })
})

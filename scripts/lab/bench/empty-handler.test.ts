import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { parse } from 'yaml'
import { projectRoot } from '../../local/paths.ts'
import { emptyServices } from './empty-handler.ts'
import { settingsOf } from './flags.ts'

const read = (path: string) => parse(readFileSync(join(projectRoot, path), 'utf8'))

/** But for its ports and where its handlers are. */
const offlineSettings = (service: { custom: Record<string, object> }) => {
  const own = ['httpPort', 'lambdaPort', 'location']
  return Object.fromEntries(
    Object.entries(service.custom['serverless-offline'] ?? {}).filter(([name]) => !own.includes(name)),
  )
}

// A ceiling measured with other settings would be another machine's.
test.each(emptyServices)('%s runs with the settings of the product', name => {
  const [product, empty] = [read('serverless.yml'), read(`scripts/lab/${name}/serverless.yml`)]
  expect(offlineSettings(empty)).toEqual(offlineSettings(product))
  expect(empty.provider.httpApi.payload).toBe(product.provider.httpApi.payload)
  expect(empty.provider.timeout).toBe(product.provider.timeout)
  expect(empty.provider.runtime).toBe(product.provider.runtime)
})

// A timer for each request lives so long, answered or not.
test('the tail of a load is longer than the time-out of the functions', () => {
  expect(settingsOf({}).tailSeconds).toBeGreaterThan(read('serverless.yml').provider.timeout)
})

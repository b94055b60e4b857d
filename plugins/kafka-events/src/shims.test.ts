/** Which functions can be run as under Lambda, and what serverless-offline is told to run for them. */
import { describe, expect, test } from '@jest/globals'
import { shimOf } from './shims.ts'

const facts = { codeFolder: '/app/build', runtime: 'nodejs22.x', useDocker: false }

describe('a function is refused', () => {
  test.each([
    ['in a container', 'useDocker', { handler: 'a.b' }, { useDocker: true }],
    ['from an image', 'no handler', { image: 'app' }, {}],
    ['without a handler', 'no handler', {}, {}],
    ['from a zip of its own', 'package.artifact', { handler: 'a.b', package: { artifact: 'a.zip' } }, {}],
    ["from the service's zip", 'package.artifact', { handler: 'a.b' }, { artifact: 'a.zip' }],
    ['in Java', 'only Node and Python', { handler: 'a.B' }, { runtime: 'java21' }],
    ['in a language of its own', 'only Node and Python', { handler: 'bootstrap' }, { runtime: 'provided.al2023' }],
    ['in Python 2', 'only Node and Python', { handler: 'a.b' }, { runtime: 'python2.7' }],
  ])('%s', (_title, reason, definition, changes) => {
    expect(() => shimOf(definition, { ...facts, ...changes })).toThrow(reason)
  })
})

describe('a function in Python', () => {
  const definition = { handler: './src/jobs/orders.place', environment: { STAGE: 'dev', PYTHONPATH: '/own' } }
  const shim = shimOf(definition, { ...facts, runtime: 'python3.13' })

  test('is found from the shim as serverless-offline would have found it', () => {
    expect(shim.eventOf({ records: {} }, new SharedArrayBuffer(4))).toEqual({
      module: 'src.jobs.orders',
      name: 'place',
      event: { records: {} },
    })
  })

  test('keeps its environment', () => {
    const { handler, environment } = shim.definition
    expect(handler).toBe('kafka_events_shim.run')
    expect(environment).toMatchObject({ STAGE: 'dev', _HANDLER: './src/jobs/orders.place' })
    expect(environment?.PYTHONPATH).toMatch(/shims[:;]\/own$/)
  })

  test('fails with what it has raised', () => {
    expect(() => shim.replyOf({ error: 'ValueError: gone', pid: 1 })).toThrow('ValueError: gone')
    expect(shim.replyOf({ answer: 'null', pid: 1 })).toEqual({ answer: null, warnings: [], pid: 1 })
  })
})

/** Writes a service of functions in any language, each of which reads the topic of its own name. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const plugin = new URL('../src/plugin.ts', import.meta.url).href
const modules = fileURLToPath(new URL('../../../node_modules', import.meta.url))

/** What `serverless.yml` says of a function, but for its event. */
export type Part = Record<string, unknown>

export const hasPython = spawnSync('python3', ['--version']).status === 0

/** A folder to run `serverless offline start` in. */
export function writeFunctions(
  functions: Record<string, Part | undefined>,
  offline: object,
  brokers: string,
  files: Record<string, string>,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'kafka-events-functions-'))
  const all = {
    'serverless.yml': serviceOf(functions, offline, brokers),
    'package.json': '{"private": true, "type": "module"}',
    'plugin.mjs': `export { default } from '${plugin}'`,
    ...files,
  }
  for (const [name, text] of Object.entries(all)) writeFileSync(join(folder, name), `${text}\n`)
  symlinkSync(modules, join(folder, 'node_modules'))
  return folder
}

/** Every JSON is YAML. */
function serviceOf(functions: Record<string, Part | undefined>, offline: object, brokers: string): string {
  const given = Object.entries(functions).filter(([, part]) => part)
  return JSON.stringify({
    service: 'functions',
    frameworkVersion: '4',
    configValidationMode: 'off',
    provider: { name: 'aws', runtime: 'nodejs24.x', region: 'us-east-1' },
    plugins: ['serverless-offline', './plugin.mjs'],
    custom: {
      kafkaEvents: { bootstrapServers: brokers, sessionTimeoutMs: 6000 },
      'serverless-offline': { ...ports, ...offline },
    },
    functions: Object.fromEntries(given.map(([key, part]) => [key, { ...part, events: [eventOf(key)] }])),
  })
}

const ports = {
  host: '127.0.0.1',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the framework fills it in.
  httpPort: '${env:FIXTURE_HTTP_PORT}',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: the framework fills it in.
  lambdaPort: '${env:FIXTURE_LAMBDA_PORT}',
}

const eventOf = (topic: string) => ({
  kafka: {
    accessConfigurations: { vpcSubnet: ['subnet-0'], vpcSecurityGroup: ['sg-0'] },
    bootstrapServers: ['deployed.example:9092'],
    consumerGroupId: topic,
    batchSize: 1,
    topic,
  },
})

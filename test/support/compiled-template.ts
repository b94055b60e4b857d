/** The CloudFormation template of a stage, compiled by serverless itself; the bundles, which take long and are not in it, are left out. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { linkService, packageService } from '../../deploy/package/package-service.ts'

export interface Resource {
  Type: string
  // biome-ignore lint/suspicious/noExplicitAny: each type of resource has its own properties.
  Properties: any
  DependsOn?: string | string[]
}

export interface Template {
  Resources: Record<string, Resource>
}

/** What a deployer would give; nothing of it exists. */
export const parameters = {
  subnetIds: 'subnet-0a1b2c3d4e5f60718,subnet-0a1b2c3d4e5f60719',
  securityGroupIds: 'sg-0a1b2c3d4e5f60718',
  kafkaBrokers: 'kafka-1.example.com:9096,kafka-2.example.com:9096',
  kafkaSecretArn: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:payment-backend/prod/kafka-AbCdEf',
  servicesSecretArn: 'arn:aws:secretsmanager:ap-northeast-2:123456789012:secret:payment-backend/prod/services-AbCdEf',
  acquirerUrl: 'https://acquirer.example.com/v1',
  bankUrl: 'https://bank.example.com/v1',
}

/** Beside them, for a console. */
export const operators = {
  operatorJwtIssuer: 'https://issuer.example/pool',
  operatorJwtAudience: 'console,other',
  operatorRoleClaim: 'custom:role',
  operatorNameClaim: 'email',
}

export const parameterArgs = (given: Record<string, string>): string[] =>
  Object.entries(given).flatMap(([name, value]) => ['--param', `${name}=${value}`])

export const templateIn = (folder: string): Template =>
  JSON.parse(readFileSync(join(folder, 'cloudformation-template-update-stack.json'), 'utf8'))

/** Runs `work` with a folder for the service that is gone afterwards. */
export async function inServiceFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'pay-package-'))
  try {
    linkService(join(folder, 'service'))
    return await work(join(folder, 'service'))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Rejects with what serverless said. */
export function compileTemplate(args: string[]): Promise<Template> {
  return inServiceFolder(async folder => {
    replaceIn(join(folder, 'deploy/stages/aws.yml'), '  - serverless-esbuild\n', '')
    replaceIn(join(folder, 'serverless.yml'), 'individually: true', 'artifact: nothing.zip')
    writeFileSync(join(folder, 'nothing.zip'), '')
    return templateIn(await packageService(folder, args))
  })
}

function replaceIn(path: string, from: string, to: string): void {
  const text = readFileSync(path, 'utf8')
  if (!text.includes(from)) throw new Error(`${path} has no "${from}" any more`)
  writeFileSync(path, text.replace(from, to))
}

/** What of the console would be deployed where somebody is named who signs operators in: the template that serverless compiles for `prod`. */
import { readFileSync } from 'node:fs'
import { beforeAll, describe, expect, jest, test } from '@jest/globals'
import { parse } from 'yaml'
import { handlers } from '../../functions/console.ts'
import { contractOf } from '../../shared/contracts/api.ts'
import { routeNames } from '../../shared/contracts/routes.ts'
import { approvalResult } from '../../shared/invariants/audit-invariants.ts'
import { GRACE_MS } from '../../shared/invariants/invariant.ts'
import { configFrom } from '../../shared/runtime/config.ts'
import {
  compileTemplate,
  operators,
  parameterArgs,
  parameters,
  type Resource,
  type Template,
} from '../support/compiled-template.ts'

// serverless itself, in a process of its own.
jest.setTimeout(120_000)

let template: Template
beforeAll(async () => {
  template = await compileTemplate(['--stage', 'prod', ...parameterArgs({ ...parameters, ...operators })])
})

const all = (type: string): Resource[] => Object.values(template.Resources).filter(it => it.Type === type)
const routesOf = (isOfConsole: boolean) =>
  all('AWS::ApiGatewayV2::Route').filter(
    ({ Properties: { RouteKey } }) => RouteKey.includes(' /operator/') === isOfConsole,
  )

describe('the console where somebody is named who signs operators in', () => {
  test('has its routes, but those of links and sessions, each behind the authorizer', () => {
    const deployed = routeNames
      .map(contractOf)
      .filter(({ operator, offlineOnly }) => operator !== undefined && !offlineOnly)

    expect(
      routesOf(true)
        .map(({ Properties }) => Properties.RouteKey)
        .sort(),
    ).toEqual(deployed.map(({ route }) => route).sort())
    for (const { Properties } of routesOf(true)) {
      expect(Properties.AuthorizationType).toBe('JWT')
      expect(template.Resources[Properties.AuthorizerId.Ref]!.Type).toBe('AWS::ApiGatewayV2::Authorizer')
    }
  })

  test('has one authorizer, which takes tokens of this issuer and audience from one header', () => {
    expect(all('AWS::ApiGatewayV2::Authorizer').map(({ Properties }) => Properties)).toEqual([
      expect.objectContaining({
        AuthorizerType: 'JWT',
        IdentitySource: ['$request.header.Authorization'],
        JwtConfiguration: { Audience: ['console', 'other'], Issuer: operators.operatorJwtIssuer },
      }),
    ])
  })

  // Each function has references to secrets, of which a template may have few.
  test('is one function, which has a handler for each of its routes', () => {
    const ids = Object.keys(template.Resources).filter(id => template.Resources[id]!.Type === 'AWS::Lambda::Function')
    expect(ids.filter(id => /session|operator|timeline|lookup|console/i.test(id))).toEqual(['ConsoleLambdaFunction'])
    expect(template.Resources.ConsoleLambdaFunction!.Properties.ReservedConcurrentExecutions).toEqual(
      expect.any(Number),
    )
    expect(Object.keys(handlers).sort()).toEqual(
      routesOf(true)
        .map(({ Properties }) => Properties.RouteKey)
        .sort(),
    )
  })

  test('opens no other route', () => {
    const open = routesOf(false).filter(({ Properties }) => Properties.AuthorizationType !== 'AWS_IAM')

    expect(open.map(({ Properties }) => Properties.RouteKey)).toEqual(['GET /health/live'])
  })

  test('takes name and role from the claims, and never from a session', () => {
    const { Variables } = template.Resources.ConsoleLambdaFunction!.Properties.Environment
    const KAFKA_SASL_LOGIN = '{"username":"pay","password":"p"}'
    const env = {
      ...Variables,
      KAFKA_SASL_LOGIN,
      SERVICE_URLS: '{"DATABASE_URL":"mysql://db/x","REDIS_URL":"rediss://redis/0"}',
    }

    expect(configFrom(env)).toMatchObject({
      offline: false,
      operatorClaims: { roleClaim: 'custom:role', nameClaim: 'email' },
    })
  })

  // Who approves is looked up before the transaction: an approver who is disabled meanwhile was one when it was asked for.
  test('is done with an approval before the invariants call it one of somebody who had been disabled', () => {
    const durationMs = template.Resources.ConsoleLambdaFunction!.Properties.Timeout * 1_000
    const approvedAfter = (disabledMs: number) =>
      approvalResult({
        ...{ fileId: 'pof_1', approvedBy: 'kim', approvals: [{ actor: 'kim', atMs: disabledMs }] },
        approver: { role: 'approver', disabledAtMs: 0 },
      })

    expect(approvedAfter(durationMs)).toEqual({ state: 'ok' })
    expect(approvedAfter(GRACE_MS + 1)).toMatchObject({ state: 'failed' })
  })

  test('stays within the references that CloudFormation allows in a template', () => {
    expect(JSON.stringify(template).match(/\{\{resolve:/g)!.length).toBeLessThanOrEqual(60)
  })
})

test('every route under /operator/ is of the console by its contract, and every other is not', () => {
  for (const { route, operator } of routeNames.map(contractOf))
    expect([route, operator !== undefined]).toEqual([route, /^\S+ \/operator\//.test(route)])
})

test('functions that make or end sessions are of this machine alone', () => {
  const { custom, functions } = parse(readFileSync(new URL('../../serverless.yml', import.meta.url), 'utf8'), {
    merge: true,
  })
  const local = routeNames.map(contractOf).filter(({ operator, offlineOnly }) => operator !== undefined && offlineOnly)
  const routesOfThisMachine = custom.deployed.offlineOnly.flatMap((name: string) =>
    functions[name].events.map(({ httpApi }: { httpApi: string }) => httpApi),
  )

  expect(local.length).toBeGreaterThan(0)
  for (const { route } of local) expect(routesOfThisMachine).toContain(route)
})

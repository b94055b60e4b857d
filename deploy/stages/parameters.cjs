/**
 * The parameters of a deployment, checked, with all problems at once. A value comes from `--param name=value`, else from
 * `parameters:` of the stage's file, else from its `examples:`. With examples a package can be made, but not deployed
 * (`standIns` names the parameters whose value is one).
 */
const { existsSync } = require('node:fs')
const { join } = require('node:path')

const resource = prefix => new RegExp(`^${prefix}-[0-9a-f]{8}([0-9a-f]{9})?$`)
const SECRET_ARN = /^arn:aws[a-z-]*:secretsmanager:[a-z0-9-]+:\d{12}:secret:[\w/+=.@-]+$/

const KEY_ARN = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[\w-]+$/

const TOPIC_ARN = /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[\w-]+$/

const CLAIM = /^[\x21-\x7e]{1,128}$/

const parameters = {
  subnetIds: { list: true, form: resource('subnet'), asked: 'subnet-…,subnet-…' },
  securityGroupIds: { list: true, form: resource('sg'), asked: 'sg-…' },
  kafkaBrokers: { list: true, form: /^[a-z0-9.-]+:\d+$/i, asked: 'host:port,host:port' },
  kafkaSecretArn: { form: SECRET_ARN, asked: 'arn:aws:secretsmanager:…' },
  servicesSecretArn: { form: SECRET_ARN, asked: 'arn:aws:secretsmanager:…' },
  acquirerUrl: { form: /^(https?:\/\/[^\s,]+|in-process:)$/, asked: 'https://… or in-process:' },
  bankUrl: { form: /^(https?:\/\/[^\s,]+|none)$/, asked: 'https://… or none' },
  otlpEndpoint: { optional: true, form: /^https?:\/\/[^\s,]+$/, asked: 'https://…' },
  tracing: { optional: true, form: /^xray$/, asked: 'xray' },
  kafkaSecretKeyArn: { optional: true, form: KEY_ARN, asked: 'arn:aws:kms:…' },
  operatorJwtIssuer: { optional: true, form: /^https:\/\/[^\s,]+$/, asked: 'https://…' },
  operatorJwtAudience: { optional: true, list: true, form: /^[\x21-\x7e]{1,256}$/, asked: 'client,client' },
  operatorRoleClaim: { optional: true, form: CLAIM, asked: 'custom:role' },
  operatorNameClaim: { optional: true, form: CLAIM, asked: 'sub' },
  alarmTopicArn: { optional: true, form: TOPIC_ARN, asked: 'arn:aws:sns:…' },
}

/** Without one of them nobody could be signed in, or nobody would be asked for. */
const signsOperatorsIn = ['operatorJwtIssuer', 'operatorJwtAudience', 'operatorRoleClaim']

function consoleProblems(found) {
  const missing = signsOperatorsIn.filter(name => found[name] === undefined)
  const isNamed = missing.length < signsOperatorsIn.length || found.operatorNameClaim !== undefined
  return isNamed ? missing.map(name => `${name} is missing: ${signsOperatorsIn.join(', ')} go together`) : []
}

/** Of the files beside this one. */
const notStages = ['local', 'aws']

/** A list may be written as YAML's or with commas. */
const listOf = value => (Array.isArray(value) ? value : String(value).split(',')).map(item => String(item).trim())

function read(name, given) {
  const { list, form, asked, optional } = parameters[name]
  if (given == null && optional) return {}
  if (given == null || given === '') return { problem: `${name} is missing (--param ${name}=${asked})` }
  const values = list ? listOf(given) : [String(given)]
  const wrong = values.find(value => !form.test(value))
  if (wrong !== undefined) return { problem: `${name}: "${wrong}" is not of the form ${asked}` }
  return { value: list ? values : values[0] }
}

/** Without this, serverless would print a stack, which does not help a deployer. */
const refusal = message => Object.assign(new Error(message), { stack: message })

module.exports = async ({ options, resolveVariable }) => {
  const stage = options.stage ?? 'dev'
  if (notStages.includes(stage) || !existsSync(join(__dirname, `${stage}.yml`)))
    throw refusal(`there is no AWS stage "${stage}": deploy/stages/${stage}.yml would describe it (docs/deploy.md)`)
  const written = address => resolveVariable(`file(deploy/stages/${stage}.yml):${address}, null`)
  const found = {}
  const problems = []
  const standIns = []
  for (const name of Object.keys(parameters)) {
    const real = (await resolveVariable(`param:${name}, null`)) ?? (await written(`parameters.${name}`))
    const { value, problem } = read(name, real ?? (await written(`examples.${name}`)))
    if (real == null && value !== undefined) standIns.push(name)
    if (problem) problems.push(problem)
    found[name] = value
  }
  if (problems.length === 0) problems.push(...consoleProblems(found))
  if (problems.length > 0)
    throw refusal(`stage ${stage}, see docs/deploy.md:${problems.map(problem => `\n    ${problem}`).join('')}`)
  return { ...found, kafkaBrokersText: found.kafkaBrokers.join(), standIns }
}

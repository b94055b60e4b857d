/**
 * Loaded before serverless on this machine, so that its process keeps less in memory:
 * - serverless loads clients of a dozen AWS services with itself. With this, each is loaded when it is first used, which
 *   `serverless offline` never does.
 * - Its validator of serverless.yml is 8 MB of generated JavaScript, 50 MB when it has run. It is forgotten after that.
 */
import Module from 'node:module'

const SDK = /^@(aws-sdk|smithy)\//
const VALIDATOR = './resolve-ajv-validate'
const OF_SERVERLESS = /[/\\]node_modules[/\\]serverless[/\\]lib[/\\]/
const FORGOTTEN = /[/\\](resolve-ajv-validate|\[generated-ajv-validate\]\w+)\.js$/

const load = Module._load

Module._load = function loadLightly(request, parent, isMain) {
  const loadNow = () => load.call(this, request, parent, isMain)
  const filename = parent?.filename ?? ''
  if (!OF_SERVERLESS.test(filename)) return loadNow()
  // For nobody: a module keeps the first one that has asked for it.
  if (FORGOTTEN.test(filename)) return load.call(this, Module._resolveFilename(request, parent), undefined, isMain)
  if (SDK.test(request)) return lazily(loadNow)
  return request === VALIDATOR ? forgetfully(loadNow, parent) : loadNow()
}

/** Stands for a module. Each of its members stands for one of the real module, and loads it when it is called, constructed or looked into. */
function lazily(loadNow) {
  let loaded
  const member = name => {
    loaded ??= loadNow()
    return loaded[name]
  }
  return new Proxy({}, { get: (_, name) => standIn(() => member(name)) })
}

function standIn(real) {
  const member = new Proxy(function standsIn() {}, {
    apply: (_, self, args) => Reflect.apply(real(), self, args),
    // A class that extends this one makes its own.
    construct: (_, args, made) => Reflect.construct(real(), args, made === member ? real() : made),
    get: (_, key) => Reflect.get(real(), key),
  })
  return member
}

/** Stands for a module that is a function and keeps what it has made: each call is one of a module of its own. */
function forgetfully(loadNow, parent) {
  return (...args) => {
    const othersCount = parent.children.length
    const make = loadNow()
    for (const { id } of parent.children.splice(othersCount)) delete Module._cache[id]
    return make(...args)
  }
}

/**
 * Which settings a command works with: `local` for `serverless offline …` and `serverless invoke local …`, `aws` for every other.
 * The command itself decides, so that no flag can be forgotten: what is open on this machine is never deployed.
 */
const NODE_MAJOR_MIN = 24

/** The plugins are TypeScript. serverless would print the stack of a syntax error. */
function refuseOldNode() {
  if (Number.parseInt(process.versions.node, 10) >= NODE_MAJOR_MIN) return
  const message = `this needs Node ${NODE_MAJOR_MIN} or newer, and runs on ${process.version}: type \`npx serverless …\`, which takes the one in node_modules (\`npm ci\` brings it)`
  throw Object.assign(new Error(message), { stack: message })
}

refuseOldNode()
const [command, subcommand] = process.argv.slice(2)
const isLocal = command === 'offline' || (command === 'invoke' && subcommand === 'local')
module.exports = isLocal ? 'local' : 'aws'

/**
 * Which settings a command works with: `local` for `serverless offline …`, `aws` for every other command.
 * Told by the command itself and not by something that could be forgotten: what is open on this machine never deploys.
 */
module.exports = process.argv[2] === 'offline' ? 'local' : 'aws'

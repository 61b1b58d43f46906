// Runs the suite through a proxy, as a private cache is measured, and holds the result to passing-ids.txt.

import { readFile, writeFile } from 'node:fs/promises'
import { parseArgs } from 'node:util'
import { pathToFileURL } from 'node:url'

import { fetch } from './fetch.mjs'
import { serveSuite } from './origin.mjs'
import { startProxy } from './proxy.mjs'

const LIST = new URL('passing-ids.txt', import.meta.url)
/// How many tests run at a time. Each is a few requests and up to three seconds of waiting.
const AT_ONCE = 50
const AT_ONCE_AGAIN = 10

const { values: options, positionals: proxyCommand } = parseArgs({
  allowPositionals: true,
  options: {
    suite: { type: 'string' },
    only: { type: 'string' }, // the id of one test, to see what passes over the wire
    failing: { type: 'boolean', default: false }, // tell why each test that fails does
    grow: { type: 'boolean', default: false }, // add what passes now to the list
    unlisted: { type: 'boolean', default: false } // leave the list alone: for other proxies
  }
})

const suite = path => import(pathToFileURL(`${options.suite}/${path}`))
const [{ default: testSets }, { makeCacheTest, testResults }, config] = await Promise.all([
  suite('tests/index.mjs'),
  suite('client/test.mjs'),
  suite('client/config.mjs')
])

const origin = await serveSuite(suite)
const proxy = await startProxy(proxyCommand, origin.url)
try {
  config.setFetch(fetch)
  config.setBaseUrl(proxy.url)
  // A private cache is what the suite calls a browser's: its tests for shared caches are left out.
  config.setUseBrowserCache(true)
  const tests = testSets.flatMap(set => set.tests).filter(test => !test.cdn_only && !test.browser_skip)
  process.exitCode = await (options.only ? showOne(tests) : measure(tests))
} finally {
  origin.stop()
  proxy.stop()
}

async function showOne (tests) {
  const test = tests.find(test => test.id === options.only)
  if (!test) throw new Error(`no test of a private cache is called ${options.only}`)
  await makeCacheTest({ ...structuredClone(test), dump: true })
  console.log(testResults[test.id] === true ? 'passes' : testResults[test.id].join(': '))
  return 0
}

async function measure (tests) {
  await runAll(tests, AT_ONCE)
  // On a busy machine a pause may be longer than what should outlive it: what fails is tried once more, with room.
  const failing = tests.filter(test => test.kind !== 'check' && testResults[test.id] !== true)
  for (const test of failing) delete testResults[test.id]
  await runAll(failing, AT_ONCE_AGAIN)

  const byId = new Map(tests.map(test => [test.id, test]))
  // The suite's own judgement: a test means nothing where one that it builds upon fails.
  const failingBase = test => test.depends_on?.find(id => !passes(byId.get(id)))
  const passes = test => test !== undefined && testResults[test.id] === true && !failingBase(test)

  const counted = tests.filter(test => test.kind !== 'check')
  const passing = counted.filter(passes).map(test => test.id).sort()
  for (const [title, kind] of [['required', undefined], ['optional', 'optimal']]) {
    const all = counted.filter(test => (test.kind === 'required' ? undefined : test.kind) === kind)
    const plain = all.filter(test => testResults[test.id] === true).length
    console.log(`${title}: ${all.filter(passes).length} of ${all.length} pass (${plain} without regard to what they build upon)`)
  }
  if (options.failing) {
    for (const test of counted.filter(test => !passes(test))) {
      const why = testResults[test.id] === true ? `builds upon ${failingBase(test)}` : testResults[test.id].join(': ')
      console.log(`${test.kind ?? 'required'} ${test.id}: ${why}`)
    }
  }
  return options.unlisted ? 0 : holdToList(passing)
}

async function runAll (tests, atOnce) {
  const waiting = [...tests]
  const worker = async () => {
    // The suite writes into the tests that it runs.
    for (let test = waiting.shift(); test; test = waiting.shift()) await makeCacheTest(structuredClone(test))
  }
  await Promise.all(Array.from({ length: atOnce }, worker))
}

async function holdToList (passing) {
  const listed = (await readFile(LIST, 'utf8')).split('\n').filter(id => id !== '')
  const added = passing.filter(id => !listed.includes(id))
  const lost = listed.filter(id => !passing.includes(id))
  for (const id of added) console.log(`passes now: ${id}`)
  for (const id of lost) console.log(`passes no longer: ${id}`)
  if (options.grow) await writeFile(LIST, [...listed, ...added].sort().map(id => `${id}\n`).join(''))
  return lost.length === 0 ? 0 : 1
}

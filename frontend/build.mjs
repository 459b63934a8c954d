/*
 * Builds the style sheets, scripts and pictures of frontend/ into engage/static/dist/:
 * hashed names, a manifest, brotli and gzip beside each file, and a right-to-left twin of each style sheet.
 *
 * Does nothing when nothing it reads has changed, so that every start may call it.
 */
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, extname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { brotliCompress, constants, gzip } from 'node:zlib'

const FRONTEND = dirname(fileURLToPath(import.meta.url))
const ROOT = dirname(FRONTEND)
const MODULES = join(ROOT, 'node_modules')
const DIST = join(ROOT, 'engage', 'static', 'dist')
const STAMP = join(DIST, '.stamp')
const MANIFEST = join(DIST, 'manifest.json')

const BUNDLES = ['public', 'staff']
// Chrome 80 is what an Android phone of 2014 can still run.
const TARGET = ['chrome80', 'firefox78', 'safari14.1', 'edge80']

const compressBrotli = promisify(brotliCompress)
const compressGzip = promisify(gzip)
const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 10)

async function main () {
  const started = performance.now()
  const stamp = await fingerprint()
  if (existsSync(MANIFEST) && existsSync(STAMP) && (await readFile(STAMP, 'utf8')) === stamp) {
    console.log('front end: unchanged')
    return
  }
  if (!existsSync(MODULES)) {
    throw new Error('node_modules is missing: run "make build", which installs what package-lock.json names')
  }
  const files = new Map([...await styles(), ...await scripts(), ...await images()])
  await mkdir(DIST, { recursive: true })
  const manifest = {}
  for (const [name, content] of [...files].sort()) {
    manifest[name] = await write(name, content)
  }
  // The manifest comes after what it names, so that a server that starts meanwhile finds whole files.
  await replace(MANIFEST, JSON.stringify(manifest, null, 2) + '\n')
  await removeAllBut(Object.values(manifest))
  await replace(STAMP, stamp)
  console.log(`front end: built in ${((performance.now() - started) / 1000).toFixed(1)} s`)
}

/** What the output depends on, as one text: every file of frontend/ and the locked packages. */
async function fingerprint () {
  const digest = createHash('sha256')
  const entries = await readdir(FRONTEND, { recursive: true, withFileTypes: true })
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  for (const path of [...paths.sort(), join(ROOT, 'package-lock.json')]) {
    digest.update(path.slice(ROOT.length)).update('\0').update(await readFile(path)).update('\0')
  }
  return digest.digest('hex')
}

async function styles () {
  const [sass, esbuild, { default: rtlcss }] = await Promise.all([
    import('sass'), import('esbuild'), import('rtlcss')
  ])
  const files = []
  for (const bundle of BUNDLES) {
    const compiled = sass.compile(join(FRONTEND, 'scss', `${bundle}.scss`), {
      loadPaths: [ROOT, MODULES, join(FRONTEND, 'scss')],
      style: 'expanded',
      quietDeps: true
    })
    // The libraries' pictures are not shipped; a rule that asks for one would fetch a missing page.
    const css = compiled.css.replace(/^ *background-image: url\([^)]*\);$/gm, '')
    // Turned round before it is made small: rtlcss takes its directions from comments.
    for (const [name, source] of [[`${bundle}.css`, css], [`${bundle}.rtl.css`, rtlcss.process(css)]]) {
      const { code } = await esbuild.transform(source, {
        loader: 'css', minify: true, target: TARGET, legalComments: 'none'
      })
      files.push([name, Buffer.from(code)])
    }
  }
  return files
}

async function scripts () {
  const esbuild = await import('esbuild')
  const built = await esbuild.build({
    entryPoints: BUNDLES.map((bundle) => join(FRONTEND, 'js', `${bundle}.js`)),
    bundle: true,
    format: 'esm',
    minify: true,
    target: TARGET,
    legalComments: 'none',
    write: false,
    outdir: DIST
  })
  return built.outputFiles.map((file) => [basename(file.path), Buffer.from(file.contents)])
}

async function images () {
  const names = await readdir(join(FRONTEND, 'images'))
  return Promise.all(names.map(async (name) => [name, await readFile(join(FRONTEND, 'images', name))]))
}

async function write (name, content) {
  const ending = extname(name)
  const hashed = `${name.slice(0, -ending.length)}-${hash(content)}${ending}`
  const [brotli, gzipped] = await Promise.all([
    compressBrotli(content, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: content.length } }),
    compressGzip(content, { level: 9 })
  ])
  await writeFile(join(DIST, hashed), content)
  await writeFile(join(DIST, `${hashed}.br`), brotli)
  await writeFile(join(DIST, `${hashed}.gz`), gzipped)
  return hashed
}

async function replace (path, text) {
  const next = `${path}.${process.pid}`
  await writeFile(next, text)
  await rename(next, path)
}

async function removeAllBut (names) {
  const kept = new Set([...names.flatMap((name) => [name, `${name}.br`, `${name}.gz`]), 'manifest.json', '.stamp'])
  for (const name of await readdir(DIST)) {
    if (!kept.has(name)) {
      await rm(join(DIST, name), { force: true, recursive: true })
    }
  }
}

await main()

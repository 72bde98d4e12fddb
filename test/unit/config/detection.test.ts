import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { debugCommand } from '../../../src/config/debugCommand.ts';
import { detectProject, type ProjectFiles } from '../../../src/config/detectProject.ts';
import { parseConfig } from '../../../src/config/parseConfig.ts';
import { resolveConfig } from '../../../src/config/resolveConfig.ts';

function project(names: readonly string[], texts: Partial<ProjectFiles> = {}): ProjectFiles {
  return { names, packageJson: undefined, requirements: undefined, pyproject: undefined, ...texts };
}

describe('detectProject', () => {
  const cases: readonly { name: string; files: ProjectFiles; language: string | undefined; run: string | undefined }[] =
    [
      {
        name: 'a start script',
        files: project(['package.json'], { packageJson: '{"scripts":{"start":"node s.js"}}' }),
        language: 'node',
        run: 'npm start',
      },
      {
        name: 'a start script with dependencies',
        files: project(['package.json'], { packageJson: '{"scripts":{"start":"node s.js"},"dependencies":{"a":"1"}}' }),
        language: 'node',
        run: 'npm install && npm start',
      },
      {
        name: 'a declared main file',
        files: project(['package.json', 'lib/run.js'], { packageJson: '{"main":"./lib/run.js"}' }),
        language: 'node',
        run: 'node lib/run.js',
      },
      {
        name: 'a usual main file',
        files: project(['server.mjs', 'index.js']),
        language: 'node',
        run: 'node server.mjs',
      },
      {
        name: 'a broken manifest',
        files: project(['package.json', 'index.js'], { packageJson: '{' }),
        language: 'node',
        run: 'node index.js',
      },
      {
        name: 'a manifest of odd shape',
        files: project(['package.json'], { packageJson: '{"scripts":3,"main":false}' }),
        language: 'node',
        run: undefined,
      },
      {
        name: 'a main file with a hostile name',
        files: project(['package.json', 'a;rm'], { packageJson: '{"main":"a;rm"}' }),
        language: 'node',
        run: undefined,
      },
      { name: 'plain Python', files: project(['app.py', 'lib.py']), language: 'python', run: 'python3 app.py' },
      {
        name: 'Python with requirements',
        files: project(['main.py'], { requirements: 'requests\n' }),
        language: 'python',
        run: 'pip install -r requirements.txt && python3 main.py',
      },
      {
        name: 'empty requirements',
        files: project(['main.py'], { requirements: '# none\n' }),
        language: 'python',
        run: 'python3 main.py',
      },
      {
        name: 'FastAPI',
        files: project(['src/main.py'], { pyproject: 'dependencies = ["fastapi"]' }),
        language: 'python',
        run: 'python3 -m uvicorn src.main:app --host 0.0.0.0 --port 7000',
      },
      {
        name: 'Flask',
        files: project(['app.py'], { requirements: 'Flask==3' }),
        language: 'python',
        run: 'pip install -r requirements.txt && python3 -m flask --app app run --host 0.0.0.0 --port 7000',
      },
      {
        name: 'Django with a front end',
        files: project(['manage.py', 'package.json'], { packageJson: '{}' }),
        language: 'python',
        run: 'python3 manage.py runserver 0.0.0.0:7000',
      },
      {
        name: 'Node with Python tools',
        files: project(['package.json', 'index.js'], { packageJson: '{}', requirements: 'awscli' }),
        language: 'node',
        run: 'node index.js',
      },
      { name: 'nothing known', files: project(['Makefile', 'main.rs']), language: undefined, run: undefined },
    ];
  for (const { name, files, language, run } of cases) {
    it(`guesses from ${name}`, () => {
      const detected = detectProject(files, 7000);
      assert.deepEqual([detected.language, detected.run], [language, run]);
    });
  }
});

describe('debugCommand', () => {
  const scripts = {
    start: 'NODE_ENV=production node server.js --port 1',
    dev: 'tsx watch src/main.ts',
    build: 'tsc',
    both: 'tsc && node dist/main.js',
    prehook: 'node prepare.js',
    hook: 'node main.js',
    loop: 'npm run loop',
  };
  const node: readonly [run: string, debug: string | undefined][] = [
    ['node server.js', 'node --inspect=127.0.0.1:9229 server.js'],
    ['node --watch server.js', 'node --inspect=127.0.0.1:9229 --watch server.js'],
    ['node --inspect-brk server.js', 'node --inspect-brk server.js'],
    ['npm install && npm start', 'npm install && NODE_ENV=production node --inspect=127.0.0.1:9229 server.js --port 1'],
    ['npm run dev', 'export PATH="$PWD/node_modules/.bin:$PATH" && tsx --inspect=127.0.0.1:9229 watch src/main.ts'],
    ['npm run both', 'export PATH="$PWD/node_modules/.bin:$PATH" && tsc && node --inspect=127.0.0.1:9229 dist/main.js'],
    ['npm run hook', 'npm run prehook && node --inspect=127.0.0.1:9229 main.js'],
    ['npx tsx a.ts', 'npx tsx --inspect=127.0.0.1:9229 a.ts'],
    ['npm run build', undefined],
    ['npm run missing', undefined],
    ['npm run loop', undefined],
    ['npm run toString', undefined],
    ['node a.js | tee log', undefined],
    ['make serve', undefined],
  ];
  for (const [run, debug] of node) {
    it(`makes Node debuggable: ${run}`, () => {
      assert.equal(debugCommand('node', run, 9229, scripts), debug);
    });
  }

  const server = 'python3 -X frozen_modules=off -m debugpy --listen 127.0.0.1:5678';
  const python: readonly [run: string, debug: string | undefined][] = [
    ['python3 app.py', `${server} app.py`],
    [
      'pip install -r requirements.txt && python -m uvicorn a:app',
      `pip install -r requirements.txt && ${server} -m uvicorn a:app`,
    ],
    ['A=1 uvicorn a:app --reload', `A=1 ${server} -m uvicorn a:app --reload`],
    ['python3 manage.py runserver 0.0.0.0:80', `${server} manage.py runserver 0.0.0.0:80 --noreload`],
    ['python3 -m debugpy --listen 1 a.py', 'python3 -m debugpy --listen 1 a.py'],
    ['python3', undefined],
    ['./run.sh', undefined],
  ];
  for (const [run, debug] of python) {
    it(`makes Python debuggable: ${run}`, () => {
      assert.equal(debugCommand('python', run, 5678), debug);
    });
  }
});

describe('resolveConfig', () => {
  const detected = detectProject(project(['package.json'], { packageJson: '{"scripts":{"start":"node s.js"}}' }), 80);

  it('proposes what was detected', () => {
    assert.deepEqual(resolveConfig(undefined, detected, { ports: [8080], workingDir: undefined }), {
      image: 'docker.io/podloop/dev-node:24',
      language: 'node',
      workDir: '/app',
      shell: ['bash'],
      run: 'npm start',
      debug: 'node --inspect=127.0.0.1:9229 s.js',
      debugPort: 9229,
      restartOnSync: true,
      ports: [{ remote: 8080, local: 0 }],
      ignore: [],
      sync: { mode: 'push', pull: [] },
    });
  });

  it('lets the file decide, and makes the debug command of its run command', () => {
    const parsed = parseConfig(
      'version: 1\ncontainers: { run: node other.js, debugPort: 9300, image: mine, ports: [] }\n',
    );
    assert.equal(parsed.kind, 'config');
    const resolved = resolveConfig(parsed.config.containers[0], detected, { ports: [8080], workingDir: '/srv/shop' });
    assert.equal(resolved.image, 'mine');
    assert.equal(resolved.workDir, '/srv/shop');
    assert.equal(resolved.debug, 'node --inspect=127.0.0.1:9300 other.js');
    assert.deepEqual(resolved.ports, []);
  });

  it('leaves the image open where nothing is known', () => {
    const nothing = detectProject(project([]), undefined);
    const resolved = resolveConfig(undefined, nothing, { ports: [], workingDir: '/usr/bin' });
    assert.deepEqual(
      [resolved.image, resolved.run, resolved.debug, resolved.workDir],
      [undefined, undefined, undefined, '/app'],
    );
  });
});

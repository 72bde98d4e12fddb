import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { SyncPath } from '../../../src/base/paths.ts';
import { HashCache } from '../../../src/sync/core/hashCache.ts';
import { IgnoreRules } from '../../../src/sync/core/ignoreRules.ts';
import type { WatchTrouble } from '../../../src/sync/core/status.ts';
import { ConfinedFolder } from '../../../src/sync/replica/confinedFolder.ts';
import { ChangeFeed } from '../../../src/sync/watch/changeFeed.ts';
import { FolderWatcher } from '../../../src/sync/watch/folderWatcher.ts';
import type { TreeWatcher, WatchEvents } from '../../../src/sync/watch/treeWatcher.ts';
import { VirtualScheduler } from '../../fakes/virtualScheduler.ts';
import { until } from './world.ts';

/** What a watcher of these tests keeps to itself. */
export interface Deafness {
  hints: boolean;
  marks: boolean;
}

/** A `ChangeFeed` over a real folder and real watches, of which some may be made deaf, in a time that the test moves. */
export class FeedWorld {
  readonly base = mkdtempSync(path.join(tmpdir(), 'podloop-feed-'));
  readonly root = path.join(this.base, 'project');
  readonly scheduler = new VirtualScheduler();
  readonly deaf: Deafness = { hints: false, marks: false };
  /** What each report named, and when it came (ms since the start). */
  readonly reports: { readonly paths: readonly SyncPath[]; readonly at: number }[] = [];
  readonly failures: Error[] = [];
  trouble: WatchTrouble | undefined;
  /** Watchers that were opened. */
  watchers = 0;
  readonly #started = this.scheduler.now();
  #feed: ChangeFeed | undefined;

  constructor() {
    mkdirSync(this.root);
  }

  get feed(): ChangeFeed {
    assert.ok(this.#feed !== undefined, 'no feed is open');
    return this.#feed;
  }

  /** Opens the feed and looks at everything once. */
  async open(): Promise<void> {
    this.#feed = new ChangeFeed({
      root: this.root,
      disk: new ConfinedFolder(this.root),
      rules: new IgnoreRules({ extra: [], ignoreCase: false }),
      hashes: new HashCache(),
      scheduler: this.scheduler,
      openWatcher: (root, events) => this.#watch(root, events),
      events: {
        onChanges: (paths) => {
          this.reports.push({ paths: [...paths], at: this.scheduler.now() - this.#started });
        },
        onSeen() {},
        onProblem() {},
        onRootMissing() {},
        onRootBack() {},
        onWatchTrouble: (trouble) => {
          this.trouble = trouble;
        },
        onFailure: (error) => this.failures.push(error),
      },
    });
    await this.scan();
  }

  close(): void {
    this.#feed?.dispose();
    rmSync(this.base, { recursive: true, force: true });
    assert.deepEqual(this.failures, []);
  }

  write(relative: string, content = relative): string {
    const absolute = path.join(this.root, relative);
    mkdirSync(path.dirname(absolute), { recursive: true });
    writeFileSync(absolute, content);
    return absolute;
  }

  scan(): Promise<void> {
    return this.#wait((done) => {
      this.feed.rescan(done);
    });
  }

  catchUp(): Promise<void> {
    return this.#wait((done) => {
      this.feed.catchUp(done);
    });
  }

  /** Moves the time in steps of a millisecond or more, and lets real notices come in between, until there is a result. */
  async advanceUntil<T>(look: () => T | undefined, milliseconds: number, step = 1): Promise<T> {
    const end = this.scheduler.now() + milliseconds;
    for (;;) {
      const result = look();
      if (result !== undefined) return result;
      if (this.scheduler.now() >= end) assert.fail(`Nothing came in ${milliseconds} ms of the feed's time.`);
      await nextTurn();
      this.scheduler.advance(step);
    }
  }

  /** Paths that were reported so far. */
  get reported(): Set<string> {
    return new Set(this.reports.flatMap(({ paths }) => paths));
  }

  #wait(start: (done: () => void) => void): Promise<void> {
    let isDone = false;
    start(() => {
      isDone = true;
    });
    return until(
      () => {
        this.scheduler.advance(1);
        return isDone || undefined;
      },
      5000,
      () => 'the look is not over',
    ).then(() => {});
  }

  #watch(root: string, events: WatchEvents): TreeWatcher {
    this.watchers++;
    const { deaf } = this;
    const heard: WatchEvents = {
      ...events,
      onHint: (at) => {
        if (!deaf.hints) events.onHint(at);
      },
      onMark: (number) => {
        if (!deaf.marks) events.onMark(number);
      },
    };
    return new FolderWatcher(root, heard, { markFolder: path.join(this.base, 'marks') });
  }
}

/** Runs a test in a feed's world of its own, opened over these files. */
export async function withFeed(files: readonly string[], run: (world: FeedWorld) => Promise<void>): Promise<void> {
  const world = new FeedWorld();
  try {
    for (const file of files) world.write(file);
    await world.open();
    world.reports.length = 0;
    await run(world);
  } finally {
    world.close();
  }
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
}

import type { SyncPath } from '../base/paths.ts';
import type { ContentHash } from './contentHash.ts';
import type { Executable, PathState } from './pathState.ts';

/**
 * Everything that the two ends say. One WebSocket message is one sealed frame. "Client" is the developer's machine,
 * "sidecar" the program in the pod. The client decides about every path: it sends operations, and of what changes in the
 * pod it is told by offers.
 */
export type Frame = SessionFrame | OperationFrame | TransferFrame | BatchFrame | ResumeFrame | ReturnFrame | Pack;

/** Opening, life and flow of one connection. */
export type SessionFrame = Hello | Welcome | Refused | Ping | Pong | Credit | Ack | Nack | Flush | Flushed;

/**
 * First frame of a connection, by the client. Its leading fields keep their layout in every version of the protocol;
 * the ids are empty when another version sent it.
 */
export interface Hello {
  readonly kind: 'hello';
  readonly protocolVersion: number;
  readonly productVersion: string;
  readonly workspaceId: string;
  /** Random per engine: tells a client that comes back from another window on the same workspace. */
  readonly sessionId: string;
}

/** The sidecar's answer to a hello that it accepts. */
export interface Welcome {
  readonly kind: 'welcome';
  readonly protocolVersion: number;
  readonly productVersion: string;
  /** Random id that lives in the volume: a new one means a new, empty replica. */
  readonly volumeId: string;
  /** Random id of the sidecar's process. */
  readonly bootId: string;
  /** Bytes of frames that the client may send before the first `credit`. */
  readonly credit: number;
}

/** The sidecar's answer to a hello that it does not accept; the connection ends. Keeps its layout in every version. */
export interface Refused {
  readonly kind: 'refused';
  readonly protocolVersion: number;
  readonly productVersion: string;
  readonly reason: RefusalReason;
  readonly message: string;
}

export const refusalReasons = ['version', 'busy', 'volume', 'malformed'] as const;
/** `version`: the protocols differ. `busy`: another workspace writes. `volume`: the volume cannot be used. */
export type RefusalReason = (typeof refusalReasons)[number];

export interface Ping {
  readonly kind: 'ping';
  readonly id: number;
}

export interface Pong {
  readonly kind: 'pong';
  readonly id: number;
}

/** The sender of this has consumed so many bytes of frames; the other end may send as many more. */
export interface Credit {
  readonly kind: 'credit';
  readonly bytes: number;
  /** Bytes that it has copied because a `copy` said so; the client may ask for as many more. */
  readonly copied: number;
}

/** Every operation up to this sequence number is decided: applied, unless a `nack` before said otherwise. */
export interface Ack {
  readonly kind: 'ack';
  readonly sequence: number;
}

/** One operation was not carried out; nothing visible changed. */
export interface Nack {
  readonly kind: 'nack';
  readonly sequence: number;
  readonly reason: NackReason;
  /** What is at the path now; `undefined` when that is not known. */
  readonly current: PathState | undefined;
  readonly message: string;
}

export const nackReasons = [
  'base',
  'content',
  'parent',
  'notEmpty',
  'diskFull',
  'readOnly',
  'denied',
  'name',
  'busy',
  'failed',
] as const;
/**
 * `base`: the path is not in the state that the operation starts from. `content`: the bytes do not have the announced
 * hash. `parent`: the containing folder is missing or is not a folder. `notEmpty`: a folder to delete holds content of
 * the pod. `diskFull`, `readOnly`, `denied`, `busy`: the disk says so. `name`: the disk cannot hold such a name.
 */
export type NackReason = (typeof nackReasons)[number];

/** Asks for a `flushed` once everything before it is decided and recorded. */
export interface Flush {
  readonly kind: 'flush';
  readonly id: number;
}

export interface Flushed {
  readonly kind: 'flushed';
  readonly id: number;
}

/** One change of one path. Sequence numbers start at 1 in each connection and have no gaps. */
export type OperationFrame = Put | Commit | MakeFolder | MakeLink | SetExecutable | Delete | Move | MoveTree | Forget;

interface Operation {
  readonly sequence: number;
  /** Whether it waits for the end of the open batch instead of being carried out at once. */
  readonly batched: boolean;
  readonly path: SyncPath;
  /** What must be at the path now; `any` for whatever is there. */
  readonly base: Base;
}

export type Base = PathState | { readonly kind: 'any' };

/** Makes the path a file with this content. */
export interface Put extends Operation {
  readonly kind: 'put';
  readonly hash: ContentHash;
  readonly executable: Executable;
  readonly content: Content;
}

/** The content of a short file: its bytes, or how to make them from a file that is there. */
export type Content = WholeContent | DeltaContent;

export interface WholeContent {
  readonly kind: 'whole';
  readonly bytes: Uint8Array;
}

/** What the steps give one after the other. Nothing of it is believed before its hash is checked. */
export interface DeltaContent {
  readonly kind: 'delta';
  /** The file to copy from; `undefined` is the one at the path of the operation. */
  readonly source: SyncPath | undefined;
  /** Bytes of that file. */
  readonly sourceSize: number;
  readonly steps: readonly DeltaStep[];
}

/** A range of the source, followed by bytes of its own; either may be empty. */
export interface DeltaStep {
  readonly offset: number;
  readonly length: number;
  readonly bytes: Uint8Array;
}

/** Makes the path a file with the content of a finished transfer. */
export interface Commit extends Operation {
  readonly kind: 'commit';
  readonly transfer: number;
  readonly hash: ContentHash;
  readonly size: number;
  readonly executable: Executable;
}

export interface MakeFolder extends Operation {
  readonly kind: 'makeFolder';
}

export interface MakeLink extends Operation {
  readonly kind: 'makeLink';
  readonly target: string;
}

/** Changes the executable bit of the file named by `base`. */
export interface SetExecutable extends Operation {
  readonly kind: 'setExecutable';
  readonly executable: Executable;
}

/** Removes a file or a link, or a folder that is empty. */
export interface Delete extends Operation {
  readonly kind: 'delete';
}

/** Renames the file or link `from`, whose state must be `fromState`, to `path`, whose state must be `base`. */
export interface Move extends Operation {
  readonly kind: 'move';
  readonly from: SyncPath;
  readonly fromState: PathState;
  /** Whether what was at `path` then is at `from`; both are files. */
  readonly exchange: boolean;
}

/** Renames the folder `from` with everything in it to `path`, where nothing is. */
export interface MoveTree extends Operation {
  readonly kind: 'moveTree';
  readonly from: SyncPath;
  /** Hash over everything in the folder; see `treeDigest`. */
  readonly digest: ContentHash;
}

/** Leaves the path as it is and forgets that it came from here, because it is ignored from now on. */
export interface Forget extends Operation {
  readonly kind: 'forget';
}

/**
 * The content of a file that is too long for one frame, from front to back. From the client it consists of bytes and of
 * ranges to copy, and nothing is visible before its `commit`; from the sidecar of bytes only, and the transfer has the
 * number of the `fetch` that it answers and ends with `fetched` or `unfetched`.
 */
export type TransferFrame = Begin | Chunk | Copy | Discard | Halt;

export interface Begin {
  readonly kind: 'begin';
  /** Number of the transfer, unique within the connection. */
  readonly transfer: number;
  /** Bytes that it will have; more are not taken. */
  readonly size: number;
  /** How many of them need room on a disk that keeps holes, so that a full one is known before they travel. */
  readonly allocated: number;
  /** The file that ranges are copied from, as it is when the transfer begins. */
  readonly source: TransferSource | undefined;
  /** Names the version of the file, so that after a broken connection the upload goes on where it was. */
  readonly key: string | undefined;
}

export interface TransferSource {
  readonly path: SyncPath;
  readonly size: number;
}

export interface Chunk {
  readonly kind: 'chunk';
  readonly transfer: number;
  readonly data: Uint8Array;
}

/** Continues a transfer with ranges that the sidecar has already. */
export interface Copy {
  readonly kind: 'copy';
  readonly transfer: number;
  readonly from: CopyOrigin;
  readonly ranges: readonly CopyRange[];
}

export interface CopyRange {
  readonly offset: number;
  readonly length: number;
}

export const copyOrigins = ['source', 'zeros', 'kept'] as const;
/**
 * `source`: the file that `begin` named. `zeros`: nothing but zeros, wherever the offset is. `kept`: what an interrupted
 * upload with the same key left at just this place.
 */
export type CopyOrigin = (typeof copyOrigins)[number];

/** The transfer will not be committed. */
export interface Discard {
  readonly kind: 'discard';
  readonly transfer: number;
}

/** The sidecar cannot take the rest of a transfer, e.g. because its disk is full. The client discards it. */
export interface Halt {
  readonly kind: 'halt';
  readonly transfer: number;
  readonly reason: NackReason;
  readonly message: string;
}

/** Operations marked `batched` between these two become visible together, when the batch ends. */
export type BatchFrame = BatchBegin | BatchEnd;

export interface BatchBegin {
  readonly kind: 'batchBegin';
}

export interface BatchEnd {
  readonly kind: 'batchEnd';
}

/** How a client learns what the volume holds without being told what it knows already. */
export type ResumeFrame = ListDigests | PartialUploads | Digests | Need | Listing;

/** What was left of interrupted uploads; comes before the digests. */
export interface PartialUploads {
  readonly kind: 'partials';
  readonly items: readonly PartialUpload[];
}

export interface PartialUpload {
  /** 32 hexadecimal digits, as given by `begin`. */
  readonly key: string;
  /** How many bytes of the file there are, from its beginning. */
  readonly bytes: number;
}

/**
 * Asks for the digest of each folder that holds something a client put there, or that the rules let the client hear of;
 * with `everything`, of each folder that is not ignored.
 */
export interface ListDigests {
  readonly kind: 'listDigests';
  readonly everything: boolean;
}

export interface Digests {
  readonly kind: 'digests';
  readonly folders: readonly FolderDigest[];
  /** Whether this is the last frame of the answer. */
  readonly last: boolean;
}

export interface FolderDigest {
  readonly path: SyncPath;
  /** 16 hexadecimal digits over the folder's direct children; see `folderDigest`. */
  readonly digest: string;
}

/** Asks for the children of some folders. */
export interface Need {
  readonly kind: 'need';
  readonly folders: readonly SyncPath[];
}

/** Some children of one folder; `last` ends the answer to one `need`. */
export interface Listing {
  readonly kind: 'listing';
  readonly folder: SyncPath;
  readonly entries: readonly ListedEntry[];
  readonly last: boolean;
}

export interface ListedEntry {
  readonly name: string;
  /** What the asking workspace put there, or found there equal to its own; `undefined` when another one did. */
  readonly put: PathState | undefined;
  /** What is there now. */
  readonly current: PathState;
}

/** How content comes back from the pod. */
export type ReturnFrame = Rules | Offer | Fetch | Fetched | Unfetched | ListKept | Kept;

/** What the client wants to hear of besides answers. Sent once, before anything else. */
export interface Rules {
  readonly kind: 'rules';
  /** Whose changes the sidecar offers: no path's, those that match `pull`, or all. */
  readonly watch: Watched;
  /** Whether offers bring content of paths that do not match `pull`; of those that do they always bring it. */
  readonly content: boolean;
  /** Patterns as in `.gitignore`. */
  readonly pull: readonly string[];
  /** Ignore patterns of the configuration, besides the files in the tree and the defaults. */
  readonly ignore: readonly string[];
  /** Bytes of frames that the sidecar may send before the client's first `credit`. */
  readonly credit: number;
}

export const watchChoices = ['nothing', 'pull', 'all'] as const;
export type Watched = (typeof watchChoices)[number];

/** Something in the pod is not as the client last heard. An offer comes after the answers to all that was done before. */
export interface Offer {
  readonly kind: 'offer';
  readonly path: SyncPath;
  readonly current: PathState;
  /** Content of a short file. */
  readonly body: Uint8Array | undefined;
}

/** Asks for content; the answer is a transfer of the same number. */
export interface Fetch {
  readonly kind: 'fetch';
  readonly id: number;
  readonly from: FetchSource;
}

export type FetchSource =
  /** The live file at a path, if it still has this hash. */
  | { readonly kind: 'live'; readonly path: SyncPath; readonly hash: ContentHash }
  /** Something that was replaced or deleted, by its id in a `kept`. */
  | { readonly kind: 'kept'; readonly item: string };

/** A transfer to the client is complete; a link comes without one. */
export interface Fetched {
  readonly kind: 'fetched';
  readonly id: number;
  readonly state: PathState;
}

/** What was asked for is not there, has changed, or cannot be read. */
export interface Unfetched {
  readonly kind: 'unfetched';
  readonly id: number;
  readonly message: string;
}

/** Asks for everything that was replaced or deleted in the pod and is still kept. */
export interface ListKept {
  readonly kind: 'listKept';
}

export interface Kept {
  readonly kind: 'kept';
  readonly items: readonly KeptItem[];
  readonly last: boolean;
}

export interface KeptItem {
  readonly id: string;
  readonly path: SyncPath;
  /** Epoch milliseconds by the clock of the pod. */
  readonly at: number;
  readonly bytes: number;
  readonly why: KeptReason;
}

export const keptReasons = ['replaced', 'deleted', 'rescued'] as const;
/** `rescued`: somebody on that side wrote this version, and it had to give way to one from the other side. */
export type KeptReason = (typeof keptReasons)[number];

/** Several frames in one message, compressed together. Never holds another pack. */
export interface Pack {
  readonly kind: 'pack';
  readonly encoding: PackEncoding;
  /** Bytes before compression. */
  readonly size: number;
  readonly bytes: Uint8Array;
}

export const packEncodings = ['raw', 'brotli', 'zstd'] as const;
export type PackEncoding = (typeof packEncodings)[number];

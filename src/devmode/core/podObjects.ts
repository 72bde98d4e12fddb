/** Name of the sync sidecar in a dev pod. */
export const sidecarContainer = 'podloop-sidecar';
/** Name of the volume that holds the synced files in a dev pod. */
export const workspaceVolume = 'podloop-workspace';
/** Part of the volume that the dev container sees; the rest is the sidecar's own. */
export const filesFolder = 'files';
/** Where the sidecar sees the whole volume. */
export const sidecarVolumePath = '/podloop/volume';

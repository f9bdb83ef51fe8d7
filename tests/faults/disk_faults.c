/* Stands between a program and its disk (LD_PRELOAD), for the files of one folder only.
 *
 * FAULTS_FOLDER   the folder, as an absolute path without links
 * FAULTS_SHADOW   where what is surely on the disk is kept: at every fsync or fdatasync of a file, a copy of that
 *                 file; at every fsync of the folder, the files that are gone from it are taken away here too
 * FAULTS_CONTROL  a file with the fault of this moment: "fsync EIO", "write ENOSPC", "fsync slow 300" (ms), or nothing
 *
 * Everything goes by raw system calls, so that nothing here calls itself.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

/* The path of an open file below the folder, relative to it ("" is the folder itself); NULL when it lies elsewhere. */
static const char *inside(int fd, char path[PATH_MAX])
{
    const char *folder = getenv("FAULTS_FOLDER");
    char link[64];
    if (!folder)
        return NULL;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, PATH_MAX - 1);
    if (length <= 0)
        return NULL;
    path[length] = 0;
    size_t start = strlen(folder);
    if (strncmp(path, folder, start) || (path[start] && path[start] != '/'))
        return NULL;
    return path[start] ? path + start + 1 : path + start;
}

/* What the control file orders for this kind of call: an errno, or 0. A slow disk is slept out here. */
static int ordered(const char *kind)
{
    const char *control = getenv("FAULTS_CONTROL");
    char text[64] = "", name[16] = "", what[16] = "";
    int number = 0;
    if (!control)
        return 0;
    int fd = syscall(SYS_openat, AT_FDCWD, control, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return 0;
    ssize_t length = syscall(SYS_read, fd, text, sizeof text - 1);
    syscall(SYS_close, fd);
    if (length <= 0 || sscanf(text, "%15s %15s %d", name, what, &number) < 2 || strcmp(name, kind))
        return 0;
    if (!strcmp(what, "slow")) {
        struct timespec span = {number / 1000, number % 1000 * 1000000L};
        nanosleep(&span, NULL);
        return 0;
    }
    return !strcmp(what, "EIO") ? EIO : !strcmp(what, "ENOSPC") ? ENOSPC : 0;
}

/* Copies a whole file to the shadow folder, under its name at once or not at all. */
static int copied(const char *shadow, const char *path, const char *name)
{
    char to[PATH_MAX], part[PATH_MAX + 32], piece[65536];
    ssize_t length = 0;
    off_t at = 0;
    snprintf(to, sizeof to, "%s/%s", shadow, name);
    snprintf(part, sizeof part, "%s.part%ld", to, syscall(SYS_gettid));
    int from = syscall(SYS_openat, AT_FDCWD, path, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return errno == ENOENT ? 0 : EIO; /* deleted while open: nothing of it will be found again */
    int out = syscall(SYS_openat, AT_FDCWD, part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    while (out >= 0 && (length = syscall(SYS_pread64, from, piece, sizeof piece, at)) > 0) {
        if (syscall(SYS_write, out, piece, length) != length)
            length = -1;
        if (length < 0)
            break;
        at += length;
    }
    syscall(SYS_close, from);
    if (out >= 0)
        syscall(SYS_close, out);
    if (out < 0 || length < 0 || syscall(SYS_renameat2, AT_FDCWD, part, AT_FDCWD, to, 0))
        return EIO;
    return 0;
}

/* One copy at a time, over all processes: else a slow older copy could replace a newer one. */
static int keep(const char *path, const char *name)
{
    const char *shadow = getenv("FAULTS_SHADOW");
    if (!shadow || strchr(name, '/'))
        return 0;
    int lock = syscall(SYS_openat, AT_FDCWD, shadow, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (lock < 0 || syscall(SYS_flock, lock, LOCK_EX))
        return EIO;
    int wrong = copied(shadow, path, name);
    syscall(SYS_close, lock);
    return wrong;
}

/* The folder itself was synced: what was deleted from it is now deleted for good. */
static void forget_deleted(const char *folder)
{
    const char *shadow = getenv("FAULTS_SHADOW");
    char real[PATH_MAX + 256], kept[PATH_MAX + 256];
    struct dirent *entry;
    DIR *listing = shadow ? opendir(shadow) : NULL;
    while (listing && (entry = readdir(listing))) {
        snprintf(real, sizeof real, "%s/%s", folder, entry->d_name);
        snprintf(kept, sizeof kept, "%s/%s", shadow, entry->d_name);
        if (entry->d_name[0] != '.' && !strstr(entry->d_name, ".part") && access(real, F_OK))
            syscall(SYS_unlinkat, AT_FDCWD, kept, 0);
    }
    if (listing)
        closedir(listing);
}

static int synced(int fd, long call)
{
    char path[PATH_MAX];
    const char *name = inside(fd, path);
    int wrong = name ? ordered("fsync") : 0;
    if (!wrong && syscall(call, fd))
        return -1;
    if (!wrong && name && *name)
        wrong = keep(path, name);
    if (!wrong && name && !*name)
        forget_deleted(path);
    errno = wrong ? wrong : errno;
    return wrong ? -1 : 0;
}

int fsync(int fd) { return synced(fd, SYS_fsync); }

int fdatasync(int fd) { return synced(fd, SYS_fdatasync); }

/* Whether a write to this file has to fail now; sets errno. */
static int refused(int fd)
{
    char path[PATH_MAX];
    int wrong = inside(fd, path) ? ordered("write") : 0;
    if (wrong)
        errno = wrong;
    return wrong;
}

ssize_t write(int fd, const void *from, size_t count) { return refused(fd) ? -1 : syscall(SYS_write, fd, from, count); }

ssize_t pwrite(int fd, const void *from, size_t count, off_t at)
{
    return refused(fd) ? -1 : syscall(SYS_pwrite64, fd, from, count, at);
}

ssize_t pwrite64(int fd, const void *from, size_t count, off64_t at)
{
    return refused(fd) ? -1 : syscall(SYS_pwrite64, fd, from, count, at);
}

int ftruncate(int fd, off_t length) { return refused(fd) ? -1 : syscall(SYS_ftruncate, fd, length); }

int ftruncate64(int fd, off64_t length) { return refused(fd) ? -1 : syscall(SYS_ftruncate, fd, length); }

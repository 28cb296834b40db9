/* Starts a program, waits for it, and notes what it took.
 *
 *   cc -O1 -o rusage scripts/rusage.c && ./rusage REPORT PROGRAM [ARGUMENT...]
 *
 * REPORT gets one line: wall nanoseconds, CPU nanoseconds (user and system, all threads and waited-for children), peak resident KiB.
 * It is its own small program because Linux counts the memory of whoever starts a program as that program's peak: started from
 * Python, nothing has less than Python's 10 MB. Ends with the program's exit code. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static long long nanoseconds(struct timeval time) { return time.tv_sec * 1000000000LL + time.tv_usec * 1000LL; }

int main(int count, char **arguments) {
    struct timespec start, end;
    struct rusage used;
    int status;

    if (count < 3) {
        fprintf(stderr, "usage: %s REPORT PROGRAM [ARGUMENT...]\n", arguments[0]);
        return 2;
    }
    clock_gettime(CLOCK_MONOTONIC, &start);
    pid_t child = fork();
    if (child == 0) {
        execv(arguments[2], arguments + 2);
        perror(arguments[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &used) != child) {
        perror("rusage");
        return 1;
    }
    clock_gettime(CLOCK_MONOTONIC, &end);
    FILE *report = fopen(arguments[1], "w");
    if (report == NULL) {
        perror(arguments[1]);
        return 1;
    }
    long peak = used.ru_maxrss;
#ifdef __APPLE__
    peak /= 1024; /* there it is bytes */
#endif
    long long wall = (end.tv_sec - start.tv_sec) * 1000000000LL + (end.tv_nsec - start.tv_nsec);
    fprintf(report, "%lld %lld %ld\n", wall, nanoseconds(used.ru_utime) + nanoseconds(used.ru_stime), peak);
    fclose(report);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

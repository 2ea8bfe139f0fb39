/* Copying memory that may not be there, also where the system forbids the direct way. */

#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"
#include "os/memory.h"

#ifdef __linux__
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#endif

enum { PAGE = 4096 };

static void
test_what_is_there_is_copied_and_what_is_gone_is_not(void)
{
    char from[PAGE], to[PAGE] = {0};
    for (size_t i = 0; i < sizeof from; i++) {
        from[i] = (char)(i * 7 + i / 512);
    }
    CHECK(memory_copy(to, from, sizeof from) && memcmp(to, from, sizeof from) == 0);
    CHECK(memory_copy(to, from, 0));
    CHECK(!memory_copy(to, NULL, 1));

    char *page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED && memory_copy(to, page, PAGE));
    CHECK(munmap(page, PAGE) == 0);
    CHECK(!memory_copy(to, page, 8));
}

static void
test_pieces_are_copied_all_or_the_copy_fails(void)
{
    const char words[] = "holds releases shares";
    char first[6] = "", second[9] = "", third[7] = "";
    const struct memory_piece pieces[] = {
        {first, words, 5}, {second, words + 6, 8}, {third, words + 15, 6}};
    CHECK(memory_copy_pieces(pieces, 3));
    CHECK(strcmp(first, "holds") == 0 && strcmp(second, "releases") == 0);
    CHECK(strcmp(third, "shares") == 0);

    const struct memory_piece with_a_gap[] = {{first, words, 5}, {second, NULL, 8}};
    CHECK(!memory_copy_pieces(with_a_gap, 2));
}

#ifdef __linux__

/* As Docker's default rules did on kernels before 4.8. */
static bool
forbid_process_vm_readv(void)
{
    struct sock_filter rules[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_process_vm_readv, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {.len = sizeof rules / sizeof *rules, .filter = rules};
    return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
           prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0;
}

static int
open_files(void)
{
    int end = dup(0);
    close(end);
    return end;
}

static void
copy_where_the_direct_way_is_forbidden(void)
{
    if (!forbid_process_vm_readv()) {
        return;
    }
    struct iovec nothing = {0};
    CHECK(process_vm_readv(getpid(), &nothing, 1, &nothing, 1, 0) < 0 && errno == EPERM);
    int before = open_files();
    test_what_is_there_is_copied_and_what_is_gone_is_not();
    test_pieces_are_copied_all_or_the_copy_fails();
    CHECK(open_files() == before);
}

#else

static void
copy_where_the_direct_way_is_forbidden(void)
{
}

#endif

static void
test_it_copies_where_the_direct_way_is_forbidden(void)
{
    pid_t child = fork();
    if (child == 0) {
        copy_where_the_direct_way_is_forbidden();
        _exit(0);
    }
    int status;
    CHECK(waitpid(child, &status, 0) == child && status == 0);
}

/* What the other writes after the fork is its own. */
static void
test_memory_of_another_process_is_copied_until_it_ends(void)
{
    static char word[8] = "here";
    char copy[8] = "";
    int to_parent[2], to_child[2];
    CHECK(pipe(to_parent) == 0 && pipe(to_child) == 0);
    pid_t child = fork();
    if (child == 0) {
        strcpy(word, "there");
        _exit(write(to_parent[1], "", 1) != 1 || read(to_child[0], copy, 1) != 1);
    }
    const struct memory_source source = {.process = child, .shift = 1};
    CHECK(read(to_parent[0], copy, 1) == 1);
    bool is_copied = memory_copy_from(&source, copy, word, sizeof copy);
    CHECK(!is_copied || strcmp(copy, "there") == 0);
    CHECK(strcmp(word, "here") == 0 && memory_copy_from(NULL, copy, word, sizeof copy));
    CHECK(strcmp(copy, "here") == 0);
    CHECK(memory_address(&source, word) == word + 1 && memory_address(NULL, word) == word);
    CHECK(!memory_copy_from(&source, copy, NULL, 1));
    CHECK(write(to_child[1], "", 1) == 1 && waitpid(child, NULL, 0) == child);
    CHECK(!memory_copy_from(&source, copy, word, sizeof copy));
}

int
main(void)
{
    test_what_is_there_is_copied_and_what_is_gone_is_not();
    test_pieces_are_copied_all_or_the_copy_fails();
    test_it_copies_where_the_direct_way_is_forbidden();
    test_memory_of_another_process_is_copied_until_it_ends();
    return 0;
}

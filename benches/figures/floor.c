/* The floor of a screen: paints the frame that is in the file it is given, and then one cell for each key. */
#include <stdio.h>
#include <termios.h>
#include <unistd.h>

static char frame[1 << 20];

int main(int count, char **words) {
    struct termios line;
    tcgetattr(0, &line);
    cfmakeraw(&line);
    tcsetattr(0, TCSANOW, &line);
    FILE *file = fopen(words[count - 1], "rb");
    size_t length = file ? fread(frame, 1, sizeof frame, file) : 0;
    if (write(1, frame, length) < 0) return 1;
    char key;
    while (read(0, &key, 1) == 1 && key != 3)
        if (write(1, "\x1b[5;5H", 6) < 0 || write(1, &key, 1) < 0) return 1;
    return 0;
}
